package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The camera: fills a frame on each tick of its clock, and loses the frame if no buffer is free
 * until the next tick, as a camera does. A thread of its own runs it.
 */
final class CameraLoop implements AutoCloseable {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final BufferStream stream;
  private final long periodNanos;
  private final Thread thread = new Thread(this::run, "camera");
  private volatile boolean stopping;
  private final AtomicLong captured = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile long forgotten;
  private volatile long longestWaitNanos;
  private volatile String trouble = "";

  CameraLoop(BufferStream stream, double rate) {
    this.stream = stream;
    periodNanos = (long) (NANOS_PER_SECOND / rate);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long number = 0;
    long tick = System.nanoTime();
    try {
      while (!stopping) {
        Optional<EmptyFrame> empty = free(tick);
        longestWaitNanos = Math.max(longestWaitNanos, System.nanoTime() - tick);
        if (empty.isPresent()) {
          capture(empty.get(), number++);
          captured.incrementAndGet();
        } else if (!stopping) {
          dropped.incrementAndGet();
        }
        tick += periodNanos;
        for (long rest; !stopping && (rest = tick - System.nanoTime()) > 0; ) {
          LockSupport.parkNanos(this, rest);
        }
      }
    } catch (RuntimeException e) {
      trouble = e.toString();
    }
  }

  /** A buffer that is free before the tick after this one. */
  private Optional<EmptyFrame> free(long tick) {
    Optional<EmptyFrame> empty = stream.tryAcquire();
    while (empty.isEmpty() && !stopping && System.nanoTime() - tick < periodNanos) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
      empty = stream.tryAcquire();
    }
    return empty;
  }

  private static void capture(EmptyFrame frame, long number) {
    try (CpuView view = frame.mapping().cpuView()) {
      Stamp.fill(view.bytes(0, Math.toIntExact(frame.mapping().layout().sizeBytes())), number);
    }
    frame.submit();
  }

  /** What was lost until now does not count: the processes were still starting. */
  void forgetLosses() {
    forgotten = dropped.get();
    longestWaitNanos = 0;
  }

  long captured() {
    return captured.get();
  }

  /** Frames lost since {@link #forgetLosses}. */
  long dropped() {
    return dropped.get() - forgotten;
  }

  long longestWaitMicros() {
    return TimeUnit.NANOSECONDS.toMicros(longestWaitNanos);
  }

  /** What ended it before it was stopped; empty if nothing did. */
  String trouble() {
    return trouble;
  }

  /** Lets the frame under way be submitted, and captures no other. */
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
