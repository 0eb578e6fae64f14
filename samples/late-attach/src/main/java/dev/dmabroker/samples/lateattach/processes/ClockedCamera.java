package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.spec.Constraints;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A camera in software: fills a frame on each tick of its clock. */
final class ClockedCamera implements Camera {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long periodNanos;

  ClockedCamera(double rate) {
    periodNanos = (long) (NANOS_PER_SECOND / rate);
  }

  @Override
  public Constraints constraints() {
    return Constraints.builder().cpuReach().build();
  }

  @Override
  public void capture(BufferStream stream, CameraLoop loop) {
    long number = 0;
    long tick = System.nanoTime();
    while (!loop.isStopping()) {
      Optional<EmptyFrame> empty = free(stream, loop, tick);
      loop.waited(System.nanoTime() - tick);
      if (empty.isPresent()) {
        fill(empty.get(), number++);
        loop.captured();
      } else if (!loop.isStopping()) {
        loop.dropped(1);
      }
      tick += periodNanos;
      for (long rest; !loop.isStopping() && (rest = tick - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(this, rest);
      }
    }
  }

  /** A buffer that is free before the tick after this one. */
  private Optional<EmptyFrame> free(BufferStream stream, CameraLoop loop, long tick) {
    Optional<EmptyFrame> empty = stream.tryAcquire();
    while (empty.isEmpty() && !loop.isStopping() && System.nanoTime() - tick < periodNanos) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
      empty = stream.tryAcquire();
    }
    return empty;
  }

  private static void fill(EmptyFrame frame, long number) {
    try (CpuView view = frame.mapping().cpuView()) {
      Stamp.fill(view.bytes(0, Math.toIntExact(frame.mapping().layout().sizeBytes())), number);
    }
    frame.submit();
  }

  @Override
  public void close() {}

  /** For a person to read. */
  @Override
  public String toString() {
    return "a modelled camera (any memory)";
  }
}
