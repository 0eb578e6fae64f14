package dev.dmabroker.samples.latency;

import java.util.List;

/**
 * How long the downstream keeps each frame, in frame times, as it changes.
 *
 * @param phases the latency of each phase
 * @param framesPerPhase how long each lasts
 */
record Schedule(List<Integer> phases, int framesPerPhase) {
  /** Up and down between 1 and 30 frames, in small steps and large. */
  static final List<Integer> PHASES = List.of(1, 3, 8, 30, 12, 2, 20, 1);

  int frames() {
    return phases.size() * framesPerPhase;
  }

  /** The latency for the frame of that number. */
  int latency(int frame) {
    return phases.get(Math.min(frame / framesPerPhase, phases.size() - 1));
  }
}
