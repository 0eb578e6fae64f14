package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitTimeoutException;
import java.time.Duration;
import java.util.Optional;

/** Has a device read a stream's frames. Used by one thread. */
final class Inlet {
  private final Link link;
  private final StreamConsumer consumer;
  private final Reader device;
  private final Look look;
  private long fed;
  private boolean ended;

  /** Looks at a frame before the device gets it. */
  interface Look {
    /** Sees a frame, mapped for the device. */
    void at(Frame frame, Label label);
  }

  Inlet(Link link, StreamConsumer consumer, Reader device, Look look) {
    this.link = link;
    this.consumer = consumer;
    this.device = device;
    this.look = look;
  }

  /** Gives the device what it has room for and what there is; waits for the first. */
  void feed(Duration patience) {
    try {
      Optional<Frame> frame = ended || device.room() == 0 ? Optional.empty() : take(patience);
      while (frame.isPresent()) {
        feed(frame.get());
        frame = device.room() > 0 ? consumer.tryTake() : Optional.empty();
      }
    } catch (StreamStoppedException e) {
      ended = true; // After the last frame.
    }
  }

  private Optional<Frame> take(Duration patience) {
    try {
      return Optional.of(consumer.take(patience));
    } catch (WaitTimeoutException e) {
      return Optional.empty();
    }
  }

  private void feed(Frame frame) {
    Label label;
    try {
      label = link.label(frame);
      look.at(frame, label);
    } catch (Throwable t) {
      frame.close();
      throw t;
    }
    device.queue(frame, label);
    fed++;
  }

  /** Releases what the device is done with; waits for the first. */
  void release(Duration patience) {
    device.dequeue(patience);
  }

  /** Frames given to the device so far. */
  long fed() {
    return fed;
  }

  /** Whether no more frames come. */
  boolean hasEnded() {
    return ended;
  }

  /** Takes no more. */
  void end() {
    ended = true;
    consumer.close();
  }
}
