package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The threads and futures of a stream's producer that wait to acquire a free buffer. */
final class Acquirers extends FrameWaiters<FillingFrame> {
  private final StreamLife life;
  private final StreamUse use;
  private final StreamGrowth growth;
  private final ProducerSide side;

  /**
   * Makes the acquirers of one stream.
   *
   * @param use where the stream's buffers are
   * @param growth makes buffers when none is free
   * @param side what becomes of the frames that are given out
   */
  Acquirers(StreamUse use, StreamGrowth growth, ProducerSide side) {
    super(use.life);
    this.life = use.life;
    this.use = use;
    this.growth = growth;
    this.side = side;
  }

  @Override
  @Nullable BrokerException refusal() {
    return life.isRunning() ? null : life.stopped(describe());
  }

  @Override
  @Nullable FillingFrame pollStill(AfterLock after) {
    FillingFrame frame = takeStill(/* own= */ true, after);
    return frame == null ? null : begin(frame, after);
  }

  @Override
  @Nullable FillingFrame poll(boolean own, AfterLock after) {
    FillingFrame frame = takeStill(own, after);
    if (frame == null) {
      StreamBuffer moving = use.pool.take(free -> true); // Its acquirer waits for the move.
      if (moving == null) {
        return null;
      }
      frame = new FillingFrame(life, side, moving);
    }
    return begin(frame, after);
  }

  /** Takes a free buffer that lies still, and maps it. */
  private @Nullable FillingFrame takeStill(boolean own, AfterLock after) {
    FillingFrame[] found = new FillingFrame[1];
    StreamBuffer buffer =
        use.pool.take(
            free -> {
              FillingFrame frame = new FillingFrame(life, side, free);
              found[0] = frame;
              return frame.enter(own, after);
            });
    return buffer == null ? null : found[0];
  }

  /**
   * Notes that the producer has the frame from now on. Its buffer is scrubbed first if its contents
   * are not for all groups of the stream, and replaced if other groups could read on.
   */
  private FillingFrame begin(FillingFrame frame, AfterLock after) {
    StreamBuffer buffer = frame.buffer();
    buffer.keep(after);
    buffer.use();
    Set<String> groups = use.devices.audience();
    if (buffer.isKnownToOthersThan(groups)) {
      frame.replace(); // A process that was given the memory may have kept a descriptor of it.
    } else if (!buffer.isFor(groups)) {
      frame.scrubFor(groups); // Groups that have come since may not see what it held for others.
    }
    use.filling.begin(frame, life.now(), event -> life.events.overheld(event, after));
    return frame;
  }

  @Override
  void starve(AfterLock after) {
    growth.starve(waiting(), after);
  }

  @Override
  String describe() {
    return "acquire a buffer of " + life.spec.name();
  }

  @Override
  BrokerException timedOut(Duration timeout) {
    return growth.shortage().timedOut(describe(), timeout);
  }

  @Override
  boolean isReady(FillingFrame frame) {
    return !frame.isToClear() && !frame.isChecked();
  }

  @Override
  boolean makeReady(FillingFrame frame) {
    if (!frame.clear()) {
      return false;
    }
    frame.beginCheck("acquired here");
    return true;
  }
}
