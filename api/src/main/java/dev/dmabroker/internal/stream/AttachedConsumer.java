package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.StateRecords;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a stream: the frames that are queued for it, the frames that it holds, and the
 * threads and futures that wait to take one.
 */
final class AttachedConsumer extends FrameWaiters<TakenFrame>
    implements StreamConsumer, ConsumerSide {
  private final StreamLife life;
  private final FrameSource source;
  private final RegisteredDevice device;
  private final Policy policy;
  private final Dispensables dispensables;
  private final Patience patience;

  // The stream's lock guards all fields below.
  private final Holdings holdings;

  /** The queued frames in the order of submission, in whatever order taken frames come back. */
  private PriorityQueue<TakenFrame> queue =
      new PriorityQueue<>(Comparator.comparingLong(TakenFrame::sequence));

  /** How many frames were dropped from the queue. */
  private long dropped;

  /** Whether the stream has run while the consumer was attached, so that it can have an end. */
  private boolean hasRun;

  /** Whether a stop has begun of which no take has told yet. */
  private boolean stopUntold;

  /** Runs, without the lock, when there is an end to tell; null if nothing has to run. */
  private @Nullable Runnable onEnd;

  /** Why there are no more frames; null while the consumer is attached. */
  private @Nullable BrokerException closed;

  AttachedConsumer(
      StreamLife life,
      FrameSource source,
      Dispensables dispensables,
      RegisteredDevice device,
      Policy policy) {
    super(life);
    this.life = life;
    this.source = source;
    this.device = device;
    this.policy = policy;
    this.dispensables = dispensables;
    this.patience = dispensables.patience(device, policy);
    this.holdings = new Holdings(life.spec.name(), device);
  }

  @Override
  void keep(AfterLock after) {
    super.keep(after);
    PriorityQueue<TakenFrame> queue = new PriorityQueue<>(this.queue);
    long dropped = this.dropped;
    boolean hasRun = this.hasRun;
    boolean stopUntold = this.stopUntold;
    Runnable onEnd = this.onEnd;
    BrokerException closed = this.closed;
    after.undo(
        () -> {
          this.queue = queue;
          this.dropped = dropped;
          this.hasRun = hasRun;
          this.stopUntold = stopUntold;
          this.onEnd = onEnd;
          this.closed = closed;
        });
    holdings.keep(after);
    patience.keep(after);
  }

  // ---- What users call ----

  @Override
  public RegisteredDevice device() {
    return device;
  }

  @Override
  public Policy policy() {
    return policy;
  }

  @Override
  public Frame take() {
    return get(life.defaultTimeout());
  }

  @Override
  public Frame take(Duration timeout) {
    return get(timeout);
  }

  @Override
  public Optional<Frame> tryTake() {
    // Nothing new is made: if there were no memory for it, the frame would be lost.
    @SuppressWarnings("unchecked") // An Optional is read only.
    Optional<Frame> frame = (Optional<Frame>) (Optional<?>) tryGet();
    return frame;
  }

  @Override
  public CompletableFuture<Frame> takeAsync() {
    CompletableFuture<Frame> future = new CompletableFuture<>();
    supply(future);
    return future;
  }

  @Override
  public CompletableFuture<Frame> takeAsync(Duration timeout) {
    CompletableFuture<Frame> future = new CompletableFuture<>();
    supply(future, timeout);
    return future;
  }

  @Override
  public void close() {
    life.report(
        after -> leave(Exceptions.closed("cannot " + describe() + ": it is detached"), after));
  }

  // ---- Frames come; under the lock ----

  /** A frame was submitted: the consumer has the frame's buffer from now on. */
  void offer(StreamBuffer buffer, long sequence, AfterLock after) {
    buffer.keep(after);
    buffer.use();
    TakenFrame frame = new TakenFrame(life, this, buffer, buffer.attachment(this), sequence);
    frame.begin(life.now());
    queue(frame, after);
  }

  /** Queues a frame. With the policy LATEST, the frames that were queued before are dropped. */
  private void queue(TakenFrame frame, AfterLock after) {
    if (policy == Policy.LATEST) {
      dropQueued(Reason.SLOW, after);
    }
    queue.add(frame);
    serve(after);
  }

  /** Empties the queue, and counts and tells each frame that is lost. */
  private void dropQueued(Reason reason, AfterLock after) {
    for (TakenFrame frame; (frame = queue.poll()) != null; ) {
      drop(frame, reason, after);
    }
  }

  private void drop(TakenFrame frame, Reason reason, AfterLock after) {
    miss(frame.sequence(), reason, after);
    source.release(frame.buffer(), after);
  }

  /** Counts and tells a frame that the consumer does not get. */
  void miss(long sequence, Reason reason, AfterLock after) {
    dropped++;
    life.events.dropped(device, sequence, reason, after);
  }

  /** The queued buffer, if the producer may have it back; null otherwise. */
  @Nullable StreamBuffer spare() {
    TakenFrame first = policy == Policy.LATEST ? queue.peek() : null;
    return first == null ? null : first.buffer();
  }

  /** Gives up the {@link #spare} buffer, which the producer needs. */
  void giveUp(AfterLock after) {
    dropQueued(Reason.SLOW, after);
  }

  // ---- and are taken ----

  @Override
  @Nullable BrokerException refusal() {
    if (closed != null || !hasEndToTell()) {
      return closed;
    }
    stopUntold = false; // Frames that are queued were submitted after a new start.
    return life.over(describe());
  }

  @Override
  @Nullable TakenFrame poll(boolean own, AfterLock after) {
    TakenFrame frame = queue.peek();
    if (frame == null) {
      return null;
    }
    boolean unused = frame.enter(own, after); // If it moves, the waiter waits for that.
    begin(frame, after);
    return frame;
  }

  @Override
  @Nullable TakenFrame pollStill(AfterLock after) {
    TakenFrame frame = queue.peek();
    if (frame == null || !frame.enter(/* own= */ true, after)) {
      return null;
    }
    begin(frame, after);
    return frame;
  }

  /** Notes that the consumer holds the frame from now on. */
  private void begin(TakenFrame frame, AfterLock after) {
    queue.remove();
    patience.taken(life.now());
    holdings.begin(frame, life.now(), event -> life.events.overheld(event, after));
  }

  @Override
  void starve(AfterLock after) {}

  @Override
  String describe() {
    return "take a frame of " + life.spec.name() + " for " + device.name();
  }

  @Override
  BrokerException timedOut(Duration timeout) {
    return Exceptions.waitTimeout(
        describe(), timeout, "none was submitted; " + source.describeUse(), List.of(), null);
  }

  // ---- and released ----

  @Override
  public void released(TakenFrame frame) {
    life.report(after -> end(frame, after));
  }

  @Override
  public void signalled(TakenFrame frame) {
    life.reportOnTime(after -> end(frame, after));
  }

  /** The consumer has the frame no more: its buffer goes on. */
  private void end(TakenFrame frame, AfterLock after) {
    if (holdings.end(frame, life.now(), event -> life.events.overheld(event, after))) {
      source.release(frame.buffer(), after);
    } else {
      source.endAbandoned(frame);
    }
  }

  @Override
  public void putBack(TakenFrame frame) {
    life.report(
        after -> {
          if (!holdings.forget(frame)) {
            source.endAbandoned(frame);
            return;
          }
          frame.forgetMapping(after);
          // A frame of an earlier run must not come after the consumer was told of the stop.
          if (closed != null || !life.isFlowing() || frame.run() != life.run()) {
            drop(frame, Reason.STOPPED, after);
          } else if (policy == Policy.LATEST && isOutdated(frame)) {
            drop(frame, Reason.SLOW, after);
          } else {
            queue(frame, after);
            source.relieve(after);
          }
        });
  }

  /** Whether a later frame is queued. */
  private boolean isOutdated(TakenFrame frame) {
    TakenFrame queued = queue.peek();
    return queued != null && queued.sequence() > frame.sequence();
  }

  // ---- The end; under the lock ----

  /**
   * Sets what is called, without the lock, when a take would say that there are no more frames. It
   * may be called more than once for one end.
   */
  void onEnd(Runnable told) {
    life.change(
        after -> {
          onEnd = told;
          if (hasEndToTell()) {
            after.then(told);
          }
        });
  }

  /** Whether a take has an end to tell now instead of a frame. */
  private boolean hasEndToTell() {
    return closed != null || isOver() || (stopUntold && life.isRunning());
  }

  /** Whether there are no more frames until the stream is started again. */
  private boolean isOver() {
    return hasRun && queue.isEmpty() && source.isOver();
  }

  private void tellEnd(AfterLock after) {
    if (onEnd != null) {
      after.then(onEnd);
    }
  }

  /** The consumer is attached to a stream that runs, or the stream is started. */
  void run() {
    hasRun = true;
  }

  /** A stop begins: takers are told once they have taken the last frame. */
  void beginStop(AfterLock after) {
    stopUntold = true;
    tellIfOver(after);
  }

  /** Tells all takers, if no more frames come until the stream is started again. */
  void tellIfOver(AfterLock after) {
    if (isOver()) {
      stopUntold &= !refuse(life.over(describe()), after);
      tellEnd(after);
    }
  }

  /** Drops the queued frames, as the stream has stopped. */
  void stop(AfterLock after) {
    dropQueued(Reason.STOPPED, after);
    tellIfOver(after);
  }

  /** Drops the queued frames, and says from now on why there are no more. */
  void leave(BrokerException why, AfterLock after) {
    if (closed != null) {
      return;
    }
    closed = why;
    source.leave(this, after);
    dropQueued(Reason.STOPPED, after);
    boolean unused = refuse(why, after);
    tellEnd(after);
    source.detach(this, after);
  }

  /** How long it takes until {@link #checkAnswer} may find something. Under the lock. */
  long answerLeft(long nowNanos) {
    return patience.left(holdings.oldest(), queue.peek(), nowNanos);
  }

  /** Ends the consumer if the stream can do without it and it does not answer. Under the lock. */
  void checkAnswer(long nowNanos, AfterLock after) {
    String why = patience.look(holdings.oldest(), queue.peek(), nowNanos);
    if (why == null) {
      return;
    }
    dispensables.leaveOut(device, why, after);
    leave(life.leftOut(describe(), why), after);
    holdings.forgetAll().forEach(frame -> source.abandon((TakenFrame) frame, after));
  }

  Holdings holdings() {
    return holdings;
  }

  /** What the consumer holds and has queued, in words, for errors. */
  String describeUse(long nowNanos) {
    return holdings.describe(nowNanos)
        + (queue.isEmpty() ? "" : " and has " + queue.size() + " queued");
  }

  StreamState.ConsumerState state() {
    return new StateRecords.ConsumerState(policy, queue.size(), dropped, holdings.snapshot());
  }

  @Override
  public String toString() {
    return device.name() + " at " + life.spec.name();
  }
}
