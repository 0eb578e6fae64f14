package dev.dmabroker.samples.bench;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param name for a person to read
 * @param rounds how often everything is measured, in fresh JVMs each time
 * @param warmUps iterations of a JMH benchmark before those that count
 * @param iterations those that count
 * @param iteration how long one takes
 * @param slices how often a round asks each of two peers, in turn
 * @param moves how many moves of each kind a round makes
 * @param buffers how many buffers to weigh
 * @param laps how often each operation is timed for one of the numbers of things
 * @param wholeGrid whether to plan for every number of devices over every number of heaps
 * @param streamSeconds how long frames run
 */
record Form(
    String name,
    int rounds,
    int warmUps,
    int iterations,
    Duration iteration,
    int slices,
    int moves,
    int buffers,
    int laps,
    boolean wholeGrid,
    int streamSeconds) {

  /** Says whether it works at all, and roughly how fast. */
  static Form quick() {
    return new Form(
        "quick", 2, 3, 2, Duration.ofMillis(200), 8, 120, 100_000, 100, /* wholeGrid= */ false, 4);
  }

  /** Two runs on a quiet machine agree. */
  static Form full() {
    return new Form(
        "full",
        5,
        4,
        4,
        Duration.ofMillis(500),
        40,
        500,
        1_000_000,
        1_000,
        /* wholeGrid= */ true,
        10);
  }

  Form withRounds(int rounds) {
    return new Form(
        name,
        rounds,
        warmUps,
        iterations,
        iteration,
        slices,
        moves,
        buffers,
        laps,
        wholeGrid,
        streamSeconds);
  }
}
