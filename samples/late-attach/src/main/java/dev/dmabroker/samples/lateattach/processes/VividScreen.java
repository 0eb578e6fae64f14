package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.Frame;
import dev.dmabroker.devices.Loan;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Queue;
import dev.dmabroker.samples.lateattach.Vivid;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;

/**
 * The output of the kernel's vivid driver as the display: it takes contiguous memory only, and
 * keeps a frame until it shows the next one.
 */
final class VividScreen implements Screen {
  private static final int BUFFERS = 3;
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Vivid vivid;
  private final V4l2Queue<Frame> queue;
  private boolean started;

  VividScreen(Vivid vivid) {
    this.vivid = vivid;
    this.queue = vivid.device().queue(V4l2Direction.OUTPUT, BUFFERS, Frame::index);
  }

  @Override
  public Constraints constraints() {
    return vivid.constraints();
  }

  @Override
  public void show(Frame frame) {
    queue.queue(frame, 0, vivid.frameBytes(), Loan.of(frame));
    if (!started) {
      queue.start();
      started = true;
    }
    boolean full = queue.queuedCount() == queue.count();
    if (full && queue.dequeue(LONGEST).isEmpty()) {
      throw new IllegalStateException(
          "%s has shown none of its %d frames within %s".formatted(this, queue.count(), LONGEST));
    }
    while (queue.queuedCount() > 1 && queue.dequeue(Duration.ZERO).isPresent()) {}
  }

  @Override
  public void close() {
    vivid.close();
  }

  /** For a person to read. */
  @Override
  public String toString() {
    return "the output of vivid-001 (%s, contiguous dma-bufs only)".formatted(vivid);
  }
}
