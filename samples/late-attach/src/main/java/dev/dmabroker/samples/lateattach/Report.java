package dev.dmabroker.samples.lateattach;

import dev.dmabroker.SharedBuffer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What became of the frames and the buffers.
 *
 * @param pipeline has stopped
 * @param timeline has the moves
 * @param frames each with its buffer
 */
record Report(Pipeline pipeline, Timeline timeline, List<Frame> frames) {

  /** Whether no frame was dropped or corrupt, some were displayed, and every buffer moved. */
  boolean isGood() {
    return pipeline.failure().isEmpty()
        && pipeline.captured() > 0
        && pipeline.displayed() > 0
        && pipeline.dropped() == 0
        && pipeline.corrupt() == 0
        && timeline.moves().size() == frames.size();
  }

  /**
   * Prints what went wrong, and a last line for programs.
   *
   * @param from the heap in which the frames lay before the display attached
   * @param kind the kind of the devices
   */
  void print(String from, String kind) {
    printTroubles();
    long[] stalls = timeline.stallMicros();
    System.out.printf(
        Locale.ROOT,
        "result: frames=%d dropped=%d corrupt=%d moves=%d stall_p50_us=%d stall_p99_us=%d"
            + " stall_max_us=%d from=%s to=%s devices=%s%n",
        pipeline.captured(),
        pipeline.dropped(),
        pipeline.corrupt(),
        timeline.moves().size(),
        Timeline.percentile(stalls, 0.5),
        Timeline.percentile(stalls, 0.99),
        Timeline.percentile(stalls, 1),
        from,
        heaps(),
        kind);
  }

  private void printTroubles() {
    pipeline
        .failure()
        .ifPresent(
            failure -> {
              timeline.say("a stage failed: %s", failure);
              failure.printStackTrace();
            });
    int moves = timeline.moves().size();
    if (moves < frames.size() || pipeline.displayed() == 0) {
      timeline.say(
          "%d of %d buffers moved and %d frames were displayed, which is too few; run it longer",
          moves, frames.size(), pipeline.displayed());
    }
    if (pipeline.skipped() > 0) {
      timeline.say(
          "the camera's own clock skipped %d numbers while it had a buffer: its machine was late",
          pipeline.skipped());
    }
  }

  private String heaps() {
    return frames.stream()
        .map(Frame::buffer)
        .map(SharedBuffer::heapName)
        .map(heap -> heap.orElse("none"))
        .distinct()
        .collect(Collectors.joining("+"));
  }
}
