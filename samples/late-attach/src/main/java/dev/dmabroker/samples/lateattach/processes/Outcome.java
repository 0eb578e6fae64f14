package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.samples.lateattach.Timeline;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What became of the frames in each process.
 *
 * @param devices {@code real} or {@code modelled}
 * @param camera has ended
 * @param viewer empty if it failed
 * @param display empty if it failed
 * @param buffers of the stream, at the end
 * @param timeline has the moves
 */
record Outcome(
    String devices,
    CameraLoop camera,
    Optional<ViewerResult> viewer,
    Optional<ViewerResult> display,
    List<BufferState> buffers,
    Timeline timeline) {

  /** Whether every frame was captured and viewed, none is corrupt, and every buffer moved. */
  boolean isGood() {
    return camera.trouble().isEmpty()
        && camera.frames() > 0
        && camera.losses() == 0
        && viewer.filter(each -> each.frames() == camera.frames()).isPresent()
        && display.isPresent()
        && corrupt() == 0
        && !buffers.isEmpty()
        && buffers.stream().allMatch(buffer -> buffer.heap().equals(buffers.get(0).heap()))
        && moves() > 0;
  }

  private long corrupt() {
    return viewer.map(ViewerResult::corrupt).orElse(0L)
        + display.map(ViewerResult::corrupt).orElse(0L);
  }

  /** Of all buffers, also of those that the stream has given up since. */
  int moves() {
    return timeline.moves().size();
  }

  private String heaps() {
    return buffers.stream()
        .map(buffer -> buffer.heap().orElse("none"))
        .distinct()
        .collect(Collectors.joining("+"));
  }

  private static long frames(Optional<ViewerResult> of) {
    return of.map(ViewerResult::frames).orElse(0L);
  }

  private static long gap(Optional<ViewerResult> of) {
    return of.map(ViewerResult::longestGapMicros).orElse(0L);
  }

  /**
   * Prints a line for programs.
   *
   * @param from the heap in which the frames lay before the display attached
   * @param viewerKind what kind of program viewed
   */
  void print(String from, String viewerKind) {
    long[] stalls = timeline.stallMicros();
    System.out.printf(
        Locale.ROOT,
        "result: frames=%d dropped=%d corrupt=%d moves=%d stall_p50_us=%d stall_p99_us=%d"
            + " stall_max_us=%d from=%s to=%s devices=%s camera_wait_max_us=%d viewer=%s"
            + " viewer_frames=%d viewer_gap_max_us=%d display_frames=%d display_gap_max_us=%d%n",
        camera.frames(),
        camera.losses(),
        corrupt(),
        moves(),
        Timeline.percentile(stalls, 0.5),
        Timeline.percentile(stalls, 0.99),
        Timeline.percentile(stalls, 1),
        from,
        heaps(),
        devices,
        camera.longestWaitMicros(),
        viewerKind,
        frames(viewer),
        gap(viewer),
        frames(display),
        gap(display));
  }
}
