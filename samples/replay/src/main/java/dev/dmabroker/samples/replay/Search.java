package dev.dmabroker.samples.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Plays workloads against policies, several at a time. Each playing has a world of its own, so what
 * comes of it depends on neither the others nor their number.
 */
final class Search {
  private final List<String> policies;
  private final List<Workload> workloads;
  private final Costs costs;
  private final Map<String, List<Result>> results = new LinkedHashMap<>();

  Search(List<String> policies, List<Workload> workloads, Costs costs) {
    this.policies = policies;
    this.workloads = workloads;
    this.costs = costs;
    policies.forEach(policy -> results.put(policy, new ArrayList<>()));
  }

  /**
   * Plays all, one trace after the other, so that one is in memory at a time. Blocks until the end.
   *
   * @param threads how many playings there are at a time
   * @param progress is told after each trace how far the search is
   */
  void run(int threads, Consumer<String> progress) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int i = 0; i < workloads.size(); i++) {
        play(workloads.get(i).trace().with(costs), pool);
        progress.accept(
            "%d of %d traces: %s".formatted(i + 1, workloads.size(), workloads.get(i).name()));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private void play(Trace trace, ExecutorService pool) throws InterruptedException {
    List<Callable<Result>> playings = new ArrayList<>();
    for (String policy : policies) {
      playings.add(() -> Performance.of(trace, Choice.named(policy)));
    }
    List<Future<Result>> futures = pool.invokeAll(playings);
    for (int i = 0; i < policies.size(); i++) {
      ofPolicy(policies.get(i)).add(result(futures.get(i)));
    }
  }

  private static Result result(Future<Result> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trace could not be played", e);
    }
  }

  /** The traces, of which {@link #results} has what came of each. */
  List<Workload> workloads() {
    return workloads;
  }

  /** What came of each trace under a policy. */
  List<Result> results(String policy) {
    return Collections.unmodifiableList(ofPolicy(policy));
  }

  private List<Result> ofPolicy(String policy) {
    List<Result> its = results.get(policy);
    if (its == null) {
      throw new IllegalArgumentException("the search has not tried " + policy);
    }
    return its;
  }

  /** What each policy cost over all traces, the best first. */
  List<Score> ranking(List<Criterion> criteria) {
    return results.entrySet().stream()
        .map(each -> Score.of(each.getKey(), each.getValue()))
        .sorted(Criterion.order(criteria))
        .toList();
  }

  /** What a policy cost over the traces of each kind, under the name of the kind. */
  List<Score> byKind(String policy) {
    Map<Kind, List<Result>> ofKind = new LinkedHashMap<>();
    List<Result> all = ofPolicy(policy);
    for (int i = 0; i < workloads.size(); i++) {
      ofKind.computeIfAbsent(workloads.get(i).kind(), kind -> new ArrayList<>()).add(all.get(i));
    }
    return ofKind.entrySet().stream()
        .map(each -> Score.of(each.getKey().word(), each.getValue()))
        .toList();
  }
}
