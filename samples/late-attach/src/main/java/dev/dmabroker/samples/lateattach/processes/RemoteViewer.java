package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * A process of its own that takes every frame of a published stream and checks it: the display,
 * which takes contiguous memory only and attaches when it is told to, or a viewer, which the CPU
 * serves and which begins at once. It says {@code ready} when it could attach, and ends with the
 * line {@code result: frames=N corrupt=N longest_gap_us=N}, as the viewer in C does.
 */
public final class RemoteViewer {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private RemoteViewer() {}

  /**
   * Runs it; exits with 0 if there were frames and all were intact, and with 1 if not.
   *
   * @param words {@code display} or {@code viewer}, the socket, and the stream's name
   */
  public static void main(String[] words) throws IOException {
    boolean display = words[0].equals("display");
    try (RemoteBroker broker = RemoteBroker.connect(Path.of(words[1]), words[0])) {
      int unusedFrames = WarmUp.run(broker);
      System.out.println("ready");
      if (display) {
        String unused =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      }
      DeviceSpec spec =
          DeviceSpec.builder(words[0])
              .constraints(display ? ofDisplay() : Constraints.builder().cpuOnly().build())
              .access(Access.READ)
              .build();
      Device device = broker.register(spec);
      try (BufferStream stream = broker.openStream(words[2], PATIENCE);
          StreamConsumer consumer = stream.consumer(device, StreamConsumer.Policy.EVERY_FRAME)) {
        System.exit(watch(consumer) ? 0 : 1);
      }
    }
  }

  /** What the display takes. */
  static Constraints ofDisplay() {
    return Constraints.builder().cpuReach().contiguous().addressBits(32).build();
  }

  private static boolean watch(StreamConsumer consumer) {
    long frames = 0;
    long corrupt = 0;
    long longestGap = 0;
    long before = 0;
    try {
      while (true) {
        try (Frame frame = consumer.take(PATIENCE)) {
          long now = System.nanoTime();
          longestGap = frames == 0 ? 0 : Math.max(longestGap, now - before);
          before = now;
          if (!isIntact(frame.mapping())) {
            corrupt++;
            System.out.println("frame " + frame.sequence() + " is corrupt");
          }
          if (frames++ == 0) {
            System.out.println("first frame in " + frame.mapping().heapName());
          }
        }
      }
    } catch (StreamStoppedException | ClosedException e) {
      System.out.println("the stream has ended: " + e.getMessage());
    }
    System.out.printf(
        Locale.ROOT,
        "result: frames=%d corrupt=%d longest_gap_us=%d%n",
        frames,
        corrupt,
        longestGap / 1000);
    return frames > 0 && corrupt == 0;
  }

  private static boolean isIntact(MappedMemory memory) {
    try (CpuView view = memory.cpuView()) {
      return Stamp.isIntact(view.bytes(0, Math.toIntExact(memory.layout().sizeBytes())));
    }
  }
}
