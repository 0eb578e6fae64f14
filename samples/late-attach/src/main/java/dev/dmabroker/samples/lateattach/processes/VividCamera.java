package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.devices.Loan;
import dev.dmabroker.devices.V4l2Buffer;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Queue;
import dev.dmabroker.samples.common.FrameLosses;
import dev.dmabroker.samples.lateattach.Vivid;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.Optional;

/**
 * The kernel's vivid driver as the camera. It fills frames of another process's memory; the CPU
 * then adds the stamp, by which viewers check a frame.
 */
final class VividCamera implements Camera {
  private static final int BUFFERS = 4;
  private static final Duration PATIENCE = Duration.ofMillis(2);

  private final Vivid vivid;
  private final V4l2Queue<Queued> queue;
  private final FrameLosses losses;
  private long number;

  /** Whether it wants one more buffer than there are, and since when. */
  private boolean isShort;

  private long shortSinceNanos;

  /**
   * A frame that the driver has.
   *
   * @param behindAnother whether the camera was at work at another one when it got this
   */
  private record Queued(EmptyFrame frame, long nanos, boolean behindAnother) {}

  VividCamera(Vivid vivid, double rate) {
    this.vivid = vivid;
    this.queue =
        vivid.device().queue(V4l2Direction.CAPTURE, BUFFERS, queued -> queued.frame().index());
    this.losses = new FrameLosses(rate);
  }

  @Override
  public Constraints constraints() {
    return vivid.constraints();
  }

  @Override
  public void capture(BufferStream stream, CameraLoop loop) {
    boolean started = false;
    while (!loop.isStopping()) {
      fillUp(stream, loop);
      if (!started && queue.queuedCount() == queue.count()) {
        queue.start();
        started = true;
      }
      if (started && queue.queuedCount() > 0) {
        var unused = queue.dequeue(PATIENCE, done -> captured(done.frame(), done.buffer(), loop));
      }
    }
    var unused = queue.stop(); // What it had goes back unused.
  }

  /** Gives the driver as many buffers as it takes, if so many are free. */
  private void fillUp(BufferStream stream, CameraLoop loop) {
    while (queue.queuedCount() < queue.count()) {
      Optional<EmptyFrame> empty = stream.tryAcquire();
      long now = System.nanoTime();
      if (empty.isEmpty()) {
        if (!isShort) {
          isShort = true;
          shortSinceNanos = now;
        }
        return;
      }
      if (isShort) {
        isShort = false;
        loop.waited(now - shortSinceNanos);
      }
      EmptyFrame frame = empty.get();
      queue.queue(new Queued(frame, now, queue.isBusy()), 0, 0, Loan.of(frame));
    }
  }

  private void captured(Queued queued, V4l2Buffer buffer, CameraLoop loop) {
    loop.dropped(losses.captured(buffer, queued.nanos(), queued.behindAnother()));
    EmptyFrame frame = queued.frame();
    try (CpuView view = frame.mapping().cpuView()) {
      int bytes = Math.toIntExact(frame.mapping().layout().sizeBytes());
      Stamp.add(view.bytes(0, bytes), number++);
    }
    frame.submit();
    loop.captured();
  }

  @Override
  public void close() {
    vivid.close();
  }

  /** For a person to read. */
  @Override
  public String toString() {
    return "vivid-000 (%s, any dma-buf)".formatted(vivid);
  }
}
