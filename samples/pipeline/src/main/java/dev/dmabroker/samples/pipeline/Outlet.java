package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.WaitTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Has a device fill a stream's frames. Used by one thread, but for the count. */
final class Outlet {
  private final Filler device;
  private final Link link;
  private final AtomicLong count;
  private long submitted;

  /**
   * Has it fill the frames of that link.
   *
   * @param count is counted up for each frame submitted
   */
  Outlet(Filler device, Link link, AtomicLong count) {
    this.device = device;
    this.link = link;
    this.count = count;
  }

  /** Gives the device what it has room for; waits only if it has nothing at all. */
  void refill(Duration patience) {
    while (device.room() > 0) {
      Optional<EmptyFrame> frame = link.stream().tryAcquire();
      if (frame.isEmpty() && device.count() == 0) {
        frame = acquire(patience);
      }
      if (frame.isEmpty()) {
        return;
      }
      device.queue(frame.get());
    }
  }

  private Optional<EmptyFrame> acquire(Duration patience) {
    try {
      return Optional.of(link.stream().acquire(patience));
    } catch (WaitTimeoutException e) {
      return Optional.empty(); // Back-pressure.
    }
  }

  /** Submits the frames that are filled; waits for the first. */
  void collect(Duration patience) {
    Duration left = patience;
    while (device.dequeue(left, this::submit)) {
      left = Duration.ZERO;
    }
  }

  /** Frames submitted so far. */
  long submitted() {
    return submitted;
  }

  private void submit(EmptyFrame frame, Label label) {
    if (label.bytes() == 0) {
      return; // A codec's word that it is done: returned unused.
    }
    link.submit(frame, label);
    submitted++;
    count.incrementAndGet();
  }
}
