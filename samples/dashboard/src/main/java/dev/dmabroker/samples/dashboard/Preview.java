package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream to look at, which grows and shrinks: a recorder takes every frame and keeps now more of
 * them and now fewer, and a viewer, slower than the decoder, takes the latest.
 */
final class Preview implements AutoCloseable {
  private static final ImageSpec IMAGE = ImageSpec.of(640, 360, PixelFormat.NV12);

  /** How many frames the recorder keeps, for {@link #PHASE} frames each. */
  private static final List<Integer> KEPT = List.of(1, 6, 3, 10);

  private static final int PHASE = 150;

  /** Consumers wait until there is a frame, or the stream ends. */
  private static final Duration LONG = Duration.ofDays(1);

  private final long periodNanos;
  private final BufferStream stream;
  private final StreamConsumer recorder;
  private final StreamConsumer viewer;
  private final List<Thread> threads;

  /** Starts the stream and its devices. */
  Preview(Broker broker, int framesPerSecond) {
    periodNanos = TimeUnit.SECONDS.toNanos(1) / framesPerSecond;
    stream =
        broker.stream(
            StreamSpec.builder("preview", IMAGE, device(broker, "decoder"))
                .maxBuffers(16)
                .quietTime(Duration.ofSeconds(2))
                .build());
    recorder = stream.consumer(device(broker, "recorder"), Policy.EVERY_FRAME);
    viewer = stream.consumer(device(broker, "viewer"), Policy.LATEST);
    stream.start();
    threads =
        List.of(
            thread("decoder", this::decode),
            thread("recorder", this::record),
            thread("viewer", this::view));
    threads.forEach(Thread::start);
  }

  private Device device(Broker broker, String name) {
    return broker.register(
        DeviceSpec.builder(name)
            .constraints(Constraints.builder().cpuOnly().build())
            .longestHold(Duration.ofSeconds(1).plusNanos(12 * periodNanos))
            .build());
  }

  /** Ends with the stream. */
  private static Thread thread(String name, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (StreamStoppedException | ClosedException e) {
                // The end.
              }
            },
            name);
    thread.setDaemon(true);
    return thread;
  }

  private void decode() {
    long due = System.nanoTime();
    while (true) {
      try (EmptyFrame next = stream.acquire(Duration.ofNanos(periodNanos))) {
        try (CpuView pixels = next.mapping().cpuView()) {
          pixels.bytes().putLong(0, due);
        }
        next.submit();
      } catch (WaitTimeoutException e) {
        // One frame is lost; the stream counts it as starved.
      }
      due = Math.max(due + periodNanos, System.nanoTime());
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private void record() {
    Deque<Frame> kept = new ArrayDeque<>();
    try {
      for (int taken = 0; ; taken++) {
        kept.add(recorder.take(LONG));
        int most = KEPT.get(taken / PHASE % KEPT.size());
        while (kept.size() > most) {
          kept.remove().close();
        }
      }
    } finally {
      kept.forEach(Frame::close);
    }
  }

  private void view() {
    while (true) {
      try (Frame frame = viewer.take(LONG)) {
        LockSupport.parkNanos(periodNanos * 3 / 2);
      }
    }
  }

  @Override
  public void close() {
    stream.close();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
