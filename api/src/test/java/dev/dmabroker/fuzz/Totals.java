package dev.dmabroker.fuzz;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What all walks did: calls, exceptions and times, by method. */
final class Totals {
  private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> skipped = new ConcurrentHashMap<>();
  private final Map<String, Map<String, LongAdder>> thrown = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> longest = new ConcurrentHashMap<>();

  void called(String method) {
    calls.computeIfAbsent(method, unused -> new LongAdder()).increment();
  }

  void skipped(String method) {
    skipped.computeIfAbsent(method, unused -> new LongAdder()).increment();
  }

  void thrown(String method, Throwable failure) {
    thrown
        .computeIfAbsent(method, unused -> new ConcurrentSkipListMap<>())
        .computeIfAbsent(failure.getClass().getSimpleName(), unused -> new LongAdder())
        .increment();
  }

  /** How long a call took beyond what its arguments allow. */
  void took(String method, Duration beyond) {
    AtomicLong most = longest.computeIfAbsent(method, unused -> new AtomicLong());
    most.accumulateAndGet(beyond.toMillis(), Math::max);
  }

  long calls() {
    return calls.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** The exceptions that a method threw, by their simple names. */
  Map<String, Long> thrown(String method) {
    Map<String, Long> names = new TreeMap<>();
    thrown.getOrDefault(method, Map.of()).forEach((name, count) -> names.put(name, count.sum()));
    return names;
  }

  /** A line for each method. */
  String table() {
    int width = calls.keySet().stream().mapToInt(String::length).max().orElse(0);
    return String.format(
            "%-" + width + "s %9s %9s %7s  thrown%n", "method", "calls", "skipped", "ms")
        + calls.keySet().stream()
            .sorted(Comparator.naturalOrder())
            .map(method -> line(method, width))
            .collect(Collectors.joining());
  }

  private String line(String method, int width) {
    return String.format(
        "%-" + width + "s %,9d %,9d %,7d  %s%n",
        method,
        sum(calls, method),
        sum(skipped, method),
        longest.getOrDefault(method, new AtomicLong()).get(),
        thrown(method).entrySet().stream()
            .map(each -> each.getKey().replaceFirst("Exception$", "") + " " + each.getValue())
            .collect(Collectors.joining(", ")));
  }

  private static long sum(Map<String, LongAdder> counts, String method) {
    LongAdder count = counts.get(method);
    return count == null ? 0 : count.sum();
  }
}
