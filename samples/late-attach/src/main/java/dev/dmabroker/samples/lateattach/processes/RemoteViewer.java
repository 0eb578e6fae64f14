package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ImageSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * A process of its own that takes every frame of a published stream and checks it. It says {@code
 * ready} when it could attach, and ends with the line {@code result: frames=N corrupt=N
 * longest_gap_us=N}, as the viewer in C does.
 */
public final class RemoteViewer {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Screen screen;
  private long frames;
  private long corrupt;
  private long longestGap;
  private long last;

  private RemoteViewer(Screen screen) {
    this.screen = screen;
  }

  /**
   * Runs it; exits with 0 if there were frames and all were intact, and with 1 if not.
   *
   * @param words a {@link Role}, the socket, and the stream's name
   */
  public static void main(String[] words) throws IOException {
    System.exit(run(Role.valueOf(words[0]), Path.of(words[1]), words[2]) ? 0 : 1);
  }

  private static boolean run(Role role, Path socket, String name) throws IOException {
    try (RemoteBroker broker = RemoteBroker.connect(socket, role.toString())) {
      int unusedFrames = WarmUp.run(broker);
      try (BufferStream stream = broker.openStream(name, PATIENCE);
          Screen screen = role.open((ImageSpec) stream.spec().buffer())) {
        System.out.println("ready");
        if (role.isLate()) {
          String unused =
              new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                  .readLine();
        }
        return show(broker, role, screen, stream);
      }
    }
  }

  private static boolean show(RemoteBroker broker, Role role, Screen screen, BufferStream stream) {
    try (StreamConsumer consumer = consumer(broker, role, screen, stream)) {
      System.out.println("shows on " + screen + ": " + screen.constraints());
      return new RemoteViewer(screen).watch(consumer);
    }
  }

  private static StreamConsumer consumer(
      RemoteBroker broker, Role role, Screen screen, BufferStream stream) {
    DeviceSpec spec =
        DeviceSpec.builder(role.toString())
            .constraints(screen.constraints())
            .access(Access.READ)
            .build();
    return stream.consumer(broker.register(spec), StreamConsumer.Policy.EVERY_FRAME);
  }

  private boolean watch(StreamConsumer consumer) {
    try {
      while (true) {
        look(consumer.take(PATIENCE));
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

  /** Checks a frame and shows it. */
  private void look(Frame frame) {
    long now = System.nanoTime();
    longestGap = frames == 0 ? 0 : Math.max(longestGap, now - last);
    last = now;
    if (!isIntact(frame.mapping())) {
      corrupt++;
      System.out.println("frame " + frame.sequence() + " is corrupt");
    }
    if (frames++ == 0) {
      System.out.println("first frame in " + frame.mapping().heapName());
    }
    screen.show(frame);
  }

  private static boolean isIntact(MappedMemory memory) {
    try (CpuView view = memory.cpuView()) {
      return Stamp.isIntact(view.bytes(0, Math.toIntExact(memory.layout().sizeBytes())));
    }
  }
}
