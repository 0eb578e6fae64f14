package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.event.StreamChanged.Change;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Latch;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way of buffers round a stream: what leads from one state of a buffer to the next.
 *
 * <pre>
 * from       to         when
 * free       filling    acquired: mapped for the producer
 * filling    free       closed unsubmitted, or the stream stops
 * filling    in flight  submitted: unmapped, and after its fence queued for the consumers
 * in flight  free       every consumer has released it, or dropped it from its queue
 * free       gone       idle for the quiet time, or to be removed, or the stream is closed
 * </pre>
 *
 * <p>{@link Acquirers} take free buffers, and {@link AttachedConsumer}s take buffers in flight;
 * {@link StreamGrowth} makes buffers and gives them back. The stream's lock guards all state, see
 * {@link StreamLife}.
 */
final class Circulation implements ProducerSide, FrameSource {
  private final StreamLife life;
  private final StreamUse use;
  private final StreamGrowth growth;
  private final Acquirers acquirers;
  private final Dispensables dispensables;

  /** Opened when nothing is in flight; null unless the stream is being stopped. */
  private @Nullable Latch drained;

  private long failed;
  private long scrubbed;

  /**
   * Makes the circulation of one stream.
   *
   * @param use where the stream's buffers are
   * @param growth makes buffers and gives them back
   */
  Circulation(StreamUse use, StreamGrowth growth) {
    this.life = use.life;
    this.use = use;
    this.growth = growth;
    this.acquirers = new Acquirers(use, growth, this);
    this.dispensables = new Dispensables(use);
    life.addPart(this::keep);
    life.addPart(acquirers::keep);
  }

  private void keep(AfterLock after) {
    Latch drained = this.drained;
    long failed = this.failed;
    long scrubbed = this.scrubbed;
    after.undo(
        () -> {
          this.drained = drained;
          this.failed = failed;
          this.scrubbed = scrubbed;
        });
  }

  Acquirers acquirers() {
    return acquirers;
  }

  Dispensables dispensables() {
    return dispensables;
  }

  /** How many frames no consumer got because the producer's fence ended with an error. */
  long failed() {
    return failed;
  }

  /** How many buffers were overwritten before another group might see them. */
  long scrubbed() {
    return scrubbed;
  }

  // ---- Filling to free ----

  @Override
  public void returned(FillingFrame frame) {
    life.report(
        after -> {
          if (endFilling(frame, after)) {
            release(frame.buffer(), after);
          }
          tellIfOver(after);
        });
  }

  /** The producer does not have the frame any more. False if that was known. */
  private boolean endFilling(FillingFrame frame, AfterLock after) {
    return use.filling.end(frame, life.now(), event -> life.events.overheld(event, after));
  }

  @Override
  public void scrubbed(StreamBuffer buffer, Set<String> groups) {
    life.change(
        after -> {
          buffer.keep(after);
          buffer.scrubbedFor(groups);
          scrubbed++;
        });
  }

  @Override
  public void unusable(StreamBuffer buffer) {
    life.report(
        after -> {
          boolean unused = growth.remove(buffer.index(), after);
        });
  }

  // ---- Filling to in flight ----

  @Override
  public boolean submit(FillingFrame frame) {
    return life.locked(
        after -> {
          if (!life.isFlowing()) {
            return false;
          }
          boolean unused = endFilling(frame, after);
          use.submitted.add(frame);
          handOn(after);
          return true;
        });
  }

  @Override
  public void resumed(FillingFrame frame) {
    life.report(after -> resume(frame, after));
  }

  /** A frame that was to be submitted goes on, unless it was closed or the stream stops. */
  private void resume(FillingFrame frame, AfterLock after) {
    if (!frame.reopen()) {
      after.then(frame::takeBack);
    } else if (!life.isRunning() && frame.cancel(after)) {
      after.then(frame::cancelled);
      tellIfOver(after);
    }
  }

  @Override
  public void unsubmit(FillingFrame frame) {
    life.report(
        after -> {
          frame.forgetFence();
          use.submitted.remove(frame);
          use.filling.begin(frame, life.now(), event -> life.events.overheld(event, after));
          resume(frame, after);
          handOn(after);
        });
  }

  @Override
  public void signalled(FillingFrame frame, OptionalInt errno) {
    life.reportOnTime(
        after -> {
          frame.signalled(errno);
          if (use.submitted.contains(frame)) {
            handOn(after);
          } else {
            release(frame.buffer(), after); // The stream has stopped meanwhile.
          }
        });
  }

  /** Offers submitted frames to the consumers, up to the first that waits for a fence. */
  private void handOn(AfterLock after) {
    for (FillingFrame frame; (frame = use.submitted.pollReady()) != null; ) {
      if (frame.hasFailed()) {
        failed++;
        life.events.dropped(life.producer, frame.sequence(), Reason.FAILED, after);
      } else {
        for (AttachedConsumer consumer : use.devices.consumers()) {
          if (frame.buffer().mayBeSeenBy(consumer.device().trustGroup())) {
            consumer.offer(frame.buffer(), frame.sequence(), after);
          } else {
            consumer.miss(frame.sequence(), Reason.FOREIGN, after);
          }
        }
      }
      release(frame.buffer(), after);
    }
    tellIfOver(after);
  }

  // ---- The end of a run ----

  /** Frames may come from now on. */
  void begin(AfterLock after) {
    use.devices.consumers().forEach(AttachedConsumer::run);
    dispensables.start(after);
  }

  /** A stop has begun, and the frames that the producer has are cancelled. */
  void beginStop(AfterLock after) {
    use.devices.consumers().forEach(consumer -> consumer.beginStop(after));
  }

  /** While a stream stops, it still gets the frames that were being submitted as the stop began. */
  @Override
  public boolean isOver() {
    return !life.isFlowing()
        || (!life.isRunning()
            && use.submitted.waiting() == 0
            && use.filling.copy().stream().allMatch(StreamFrame::isCancelled));
  }

  /** A frame less is on its way: tells the consumers if it was the last of a stream that stops. */
  private void tellIfOver(AfterLock after) {
    if (!life.isRunning()) {
      use.devices.consumers().forEach(consumer -> consumer.tellIfOver(after));
    }
  }

  // ---- In flight to free ----

  @Override
  public void release(StreamBuffer buffer, AfterLock after) {
    buffer.keep(after);
    boolean isLast = buffer.endUse();
    if (!isLast) {
      relieve(after); // The consumers that are left may do without it.
    }
    if (!isLast || buffer.isGone()) {
      return;
    }
    if (buffer.isLeaving()) {
      after.then(use.pool.remove(buffer, after));
      growth.keepFloor(after);
    } else {
      use.pool.giveBack(buffer, life.now());
      acquirers.serve(after);
    }
    if (use.pool.free() > 0) {
      growth.shortage().end();
    }
    endDrainIfIdle(after);
  }

  @Override
  public void relieve(AfterLock after) {
    if (acquirers.isAwaited()) {
      growth.relieve(acquirers.waiting(), after);
    }
  }

  @Override
  public void abandon(TakenFrame frame, AfterLock after) {
    frame.buffer().keep(after);
    frame.buffer().leave();
    dispensables.abandon(frame);
    release(frame.buffer(), after);
  }

  @Override
  public void endAbandoned(TakenFrame frame) {
    dispensables.endAbandoned(frame);
  }

  // ---- Until nothing is in flight ----

  /** Begins to wait until nothing is in flight. The latch is opened then. */
  Latch drain(AfterLock after) {
    Latch drain = new Latch();
    drained = drain;
    endDrainIfIdle(after);
    return drain;
  }

  /** The latch of the last {@link #drain}; null if there was none, or it was given up. */
  @Nullable Latch drained() {
    return drained;
  }

  private void endDrainIfIdle(AfterLock after) {
    if (use.pool.isIdle()) {
      completeDrain(after);
    }
  }

  /** Lets the threads go on that wait for the last {@link #drain}. */
  void completeDrain(AfterLock after) {
    Latch awaited = drained;
    if (awaited != null) {
      after.wake(() -> awaited.open());
    }
  }

  /** Gives the drain up, whatever is in flight. False if it is not the last, or was given up. */
  boolean endDrain(Latch drain) {
    boolean isLast = drained == drain;
    if (isLast) {
      drained = null;
    }
    return isLast;
  }

  // ---- What consumers need ----

  /** Gives the consumer, which is attached to every buffer, each frame submitted from now on. */
  void join(AttachedConsumer consumer, AfterLock after) {
    use.devices.join(consumer);
    life.events.changed(Change.CONSUMER_JOINED, consumer.device(), after);
    dispensables.joined(consumer.device(), after);
    if (life.isFlowing()) {
      consumer.run();
    }
    growth.keepFloor(after);
  }

  @Override
  public void leave(AttachedConsumer consumer, AfterLock after) {
    if (use.devices.leave(consumer)) {
      life.events.changed(Change.CONSUMER_LEFT, consumer.device(), after);
    }
  }

  @Override
  public void detach(StreamConsumer consumer, AfterLock after) {
    for (StreamBuffer buffer : use.pool.copy()) {
      buffer.keep(after);
      AttachedDevice attachment = buffer.removeConsumer(consumer);
      if (attachment != null) {
        after.then(attachment::close);
      }
    }
  }

  @Override
  public String describeUse() {
    return use.describe();
  }
}
