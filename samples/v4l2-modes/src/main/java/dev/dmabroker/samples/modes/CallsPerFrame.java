package dev.dmabroker.samples.modes;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many system calls a frame takes.
 *
 * @param ioctls requests to devices
 * @param waits for descriptors to become ready: poll, select, epoll and their kind
 * @param clocks to read the clock, which programs do by themselves where the kernel's clock is the
 *     processor's counter
 * @param all of any kind
 */
record CallsPerFrame(double ioctls, double waits, double clocks, double all) {
  private static final Set<String> WAITS =
      Set.of("poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2");

  private static final Set<String> CLOCKS = Set.of("clock_gettime", "gettimeofday", "time");

  /** A line of strace's summary with the columns calls and name. */
  private static final Pattern LINE = Pattern.compile("(?m)^ *([0-9]+) +([a-z_0-9]+) *$");

  private static final String SUM = "total";

  /**
   * The counts of a summary that {@code strace -c -U calls,name} prints, by the names of the calls.
   */
  static Map<String, Long> parse(String summary) {
    Map<String, Long> counts = new TreeMap<>();
    for (MatchResult line : LINE.matcher(summary).results().toList()) {
      if (!line.group(2).equals(SUM)) {
        counts.merge(line.group(2), Long.valueOf(line.group(1)), Long::sum);
      }
    }
    return counts;
  }

  /**
   * What the frames cost by which one run is longer than another, so that the beginning and the end
   * of a run do not count.
   */
  static CallsPerFrame between(Map<String, Long> shorter, Map<String, Long> longer, int frames) {
    return new CallsPerFrame(
        (sum(longer, "ioctl"::equals) - sum(shorter, "ioctl"::equals)) / (double) frames,
        (sum(longer, WAITS::contains) - sum(shorter, WAITS::contains)) / (double) frames,
        (sum(longer, CLOCKS::contains) - sum(shorter, CLOCKS::contains)) / (double) frames,
        (sum(longer, any -> true) - sum(shorter, any -> true)) / (double) frames);
  }

  private static long sum(Map<String, Long> counts, Predicate<String> which) {
    return counts.entrySet().stream()
        .filter(count -> which.test(count.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
