package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.List;

/**
 * Runs the job on scratch buffers before the camera starts, as a program does that must not lose
 * its first frames while the JVM still loads and compiles classes. Under emulation that takes
 * seconds.
 */
final class WarmUp {
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int MOVES = 20;
  private static final int READS_PER_MOVE = 8;

  private WarmUp() {}

  /** How many moves it made. */
  static int run(Rig rig) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    int moves = 0;
    try (Broker broker = StandIns.broker().build()) {
      Device viewer = broker.register("viewer", Constraints.builder().cpuOnly().build());
      Device camera = broker.register("camera", rig.camera().constraints());
      Device display = broker.register("display", rig.display().constraints());
      while (moves < MOVES && System.nanoTime() - deadline < 0) {
        Frame frame = new Frame(0, broker.export("scratch", rig.image()), camera, viewer);
        fill(frame, moves);
        frame.captured(moves);
        frame.attachDisplay(display).join();
        for (int i = 0; i < READS_PER_MOVE; i++) {
          for (var attachment : List.of(frame.display(), frame.viewer())) {
            try (Mapping mapping = attachment.map(Access.READ)) {
              if (!frame.isIntact(mapping)) {
                throw new IllegalStateException("a scratch buffer lost its contents");
              }
            }
          }
        }
        frame.close();
        moves++;
      }
    }
    return moves;
  }

  private static void fill(Frame frame, int seed) {
    try (Mapping mapping = frame.camera().mapAsync(Access.OVERWRITE).join();
        CpuView view = mapping.cpuView()) {
      var bytes = view.bytes();
      for (int i = 0; i + Long.BYTES <= bytes.capacity(); i += Long.BYTES) {
        bytes.putLong(i, seed + i);
      }
    }
  }
}
