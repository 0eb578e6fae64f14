package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.simulation.Simulation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** One playing of a trace, on empty heaps and with a heuristic that has learnt nothing. */
final class Performance {
  private Performance() {}

  /** Plays a trace, in time that is only counted. */
  static Result of(Trace trace, Choice choice) throws InterruptedException {
    Simulation world = Simulation.inOrder();
    AtomicReference<Result> result = new AtomicReference<>();
    world.run(
        () -> {
          result.set(play(trace, choice, world));
        });
    return Objects.requireNonNull(result.get());
  }

  private static Result play(Trace trace, Choice choice, Simulation world) {
    CountedTime time = new CountedTime(world);
    Tally tally = new Tally(trace, time::micros);
    Map<String, CountedHeap> heaps = new LinkedHashMap<>();
    for (TraceHeap heap : trace.heaps()) {
      heaps.put(heap.name(), new CountedHeap(heap, world, trace.costs()));
    }
    BrokerBuilder builder =
        Broker.builder()
            .mover(new CostlyMover(world, trace.costs()))
            .heuristic(tally.watch(choice.heuristic()))
            .leakTracking(LeakTracking.NEVER) // What finds leaks is the garbage collector.
            .listener(tally, Delivery.IN_PLACE) // It only adds, and has to know all in the end.
            .callbackExecutor(Runnable::run); // What the player chains never blocks.
    heaps.values().forEach(builder::heap);
    choice.listeners().forEach(listener -> builder.listener(listener, Delivery.IN_PLACE));
    choice.rebalancing().ifPresent(builder::rebalancing);
    try (Broker broker = builder.build()) {
      new Player(
              broker,
              trace,
              time,
              tally,
              (heap, bytes) -> Objects.requireNonNull(heaps.get(heap)).others(bytes))
          .play();
    }
    return tally.result(choice, List.copyOf(heaps.values()));
  }
}
