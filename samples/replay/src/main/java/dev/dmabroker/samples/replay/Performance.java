package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.event.Delivery;
import java.util.List;
import java.util.function.Supplier;

/** One playing of a trace, on empty heaps and with a heuristic that has learnt nothing. */
final class Performance {
  /** What is played of a trace before it counts, as the first seconds of a JVM are slow. */
  private static final int WARM_UP_OPERATIONS = 800;

  private static final double WARM_UP_SPEED = 6;

  private Performance() {}

  /**
   * Plays a trace.
   *
   * @param pacer begins when it is asked for
   */
  static Result of(Trace trace, Choice choice, Supplier<Pacer> pacer) {
    Tally tally = new Tally();
    List<PeakHeap> heaps = trace.heaps().stream().map(heap -> new PeakHeap(heap.model())).toList();
    BrokerBuilder builder =
        Broker.builder()
            .heuristic(tally.watch(choice.heuristic()))
            .listener(tally, Delivery.IN_PLACE) // It only adds, and has to know all in the end.
            .callbackExecutor(Runnable::run); // What the player chains never blocks.
    heaps.forEach(builder::heap);
    choice.listeners().forEach(listener -> builder.listener(listener, Delivery.IN_PLACE));
    Pacer paced = pacer.get();
    try (Broker broker = builder.build()) {
      new Player(broker, trace, paced, tally).play();
    }
    return tally.result(choice, heaps, paced.heldUpMicros());
  }

  /** Plays the beginning of a trace fast, for the compiler's sake. */
  static void warmUp(Trace trace, Choice choice) {
    List<Operation> operations = trace.operations();
    Trace beginning =
        new Trace(
            trace.heaps(),
            trace.deadlineMicros(),
            operations.subList(0, Math.min(WARM_UP_OPERATIONS, operations.size())));
    Result unused = of(beginning, choice, () -> new RealTime(WARM_UP_SPEED));
  }
}
