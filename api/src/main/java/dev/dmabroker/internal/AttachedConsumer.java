package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.event.StreamState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A consumer of a stream: what is queued for it, what it holds, and those who wait to take. */
final class AttachedConsumer extends FrameWaiters<TakenFrame> implements StreamConsumer {
  private final RegisteredDevice device;
  private final Policy policy;

  // All guarded by the stream's lock.
  private final Holdings holdings;

  /** In the order of submission, in whatever order frames that were taken come back. */
  private final PriorityQueue<TakenFrame> queue =
      new PriorityQueue<>(Comparator.comparingLong(TakenFrame::sequence));

  private long dropped;

  /** The stream has stopped and nobody has been told. */
  private boolean stopUntold;

  /** Called, without the lock, when there is an end to tell. */
  private @Nullable Runnable onEnd;

  private @Nullable ClosedException closed;

  AttachedConsumer(StreamLife stream, RegisteredDevice device, Policy policy) {
    super(stream);
    this.device = device;
    this.policy = policy;
    this.holdings = new Holdings(stream.spec.name(), device);
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
    return get(stream().engine.settings().mapTimeout());
  }

  @Override
  public Frame take(Duration timeout) {
    return get(timeout);
  }

  @Override
  public Optional<Frame> tryTake() {
    return tryGet().map(frame -> frame);
  }

  @Override
  public CompletableFuture<Frame> takeAsync() {
    CompletableFuture<Frame> future = new CompletableFuture<>();
    getAsync(future);
    return future;
  }

  @Override
  public void close() {
    stream()
        .locked(
            after -> {
              leave(Exceptions.closed("cannot " + describe() + ": it is detached"), after);
              return null;
            });
  }

  // ---- Frames come; under the lock ----

  void offer(StreamBuffer buffer, long sequence, AfterLock after) {
    buffer.use();
    queue(new TakenFrame(stream(), this, buffer, sequence), after);
  }

  private void queue(TakenFrame frame, AfterLock after) {
    if (policy == Policy.LATEST) {
      drop(Reason.SLOW, after);
    }
    queue.add(frame);
    serve(after);
  }

  /** Drops what is queued. */
  private void drop(Reason reason, AfterLock after) {
    for (TakenFrame frame; (frame = queue.poll()) != null; ) {
      drop(frame, reason, after);
    }
  }

  private void drop(TakenFrame frame, Reason reason, AfterLock after) {
    dropped++;
    stream().tellDropped(device, frame.sequence(), reason, after);
    stream().release(frame.buffer(), after);
  }

  /** The buffer that is queued, if the producer may have it back. */
  @Nullable StreamBuffer spare() {
    TakenFrame first = policy == Policy.LATEST ? queue.peek() : null;
    return first == null ? null : first.buffer();
  }

  /** The producer needs the buffer. */
  void giveUp(AfterLock after) {
    drop(Reason.SLOW, after);
  }

  // ---- and are taken ----

  @Override
  void check() {
    if (closed != null) {
      throw closed;
    }
    if (stopUntold) { // What is queued was submitted after a new start.
      stopUntold = false;
      throw stream().stopped(describe());
    }
  }

  @Override
  @Nullable TakenFrame poll(boolean own, boolean still, AfterLock after) {
    TakenFrame frame = queue.peek();
    if (frame == null || (!frame.enter(own) && still)) {
      return null;
    }
    queue.remove();
    holdings.begin(frame, stream().now(), event -> stream().tellOverheld(event, after));
    return frame;
  }

  @Override
  void starve(AfterLock after) {}

  @Override
  String describe() {
    return "take a frame of " + stream().spec.name() + " for " + device.name();
  }

  @Override
  BrokerException timedOut(Duration timeout) {
    return Exceptions.mapTimeout(
        "cannot "
            + describe()
            + " within "
            + timeout.toMillis()
            + " ms: none was submitted; "
            + stream().describeUse(),
        List.of(),
        null);
  }

  // ---- and released ----

  void released(TakenFrame frame) {
    stream()
        .locked(
            after -> {
              released(frame, after);
              return null;
            });
  }

  /** From the poller's thread. */
  void signalled(TakenFrame frame) {
    stream().onTime(after -> released(frame, after));
  }

  private void released(TakenFrame frame, AfterLock after) {
    if (holdings.end(frame, stream().now(), event -> stream().tellOverheld(event, after))) {
      stream().release(frame.buffer(), after);
    }
  }

  /** Nobody has seen it: it is queued again, unless there is a later one that counts. */
  void putBack(TakenFrame frame) {
    stream()
        .locked(
            after -> {
              if (!holdings.forget(frame)) {
                return null;
              }
              frame.forgetMapping();
              if (closed != null || !stream().isFlowing() || !frame.isOfThisRun()) {
                drop(frame, Reason.STOPPED, after);
              } else if (policy == Policy.LATEST && isOutdated(frame)) {
                drop(frame, Reason.SLOW, after);
              } else {
                queue(frame, after);
              }
              return null;
            });
  }

  private boolean isOutdated(TakenFrame frame) {
    TakenFrame queued = queue.peek();
    return queued != null && queued.sequence() > frame.sequence();
  }

  // ---- The end; under the lock ----

  /** Has somebody told, without the lock, when a take would say that there are no more frames. */
  void onEnd(Runnable told) {
    stream()
        .locked(
            after -> {
              onEnd = told;
              if (stopUntold || closed != null) {
                after.then(told);
              }
              return null;
            });
  }

  private void tellEnd(AfterLock after) {
    if (onEnd != null) {
      after.then(onEnd);
    }
  }

  /** Drops what is queued, and says once that the stream has stopped. */
  void stop(AfterLock after) {
    drop(Reason.STOPPED, after);
    stopUntold = !refuse(stream().stopped(describe()), after);
    tellEnd(after);
  }

  void leave(ClosedException why, AfterLock after) {
    if (closed != null) {
      return;
    }
    closed = why;
    stream().left(this);
    drop(Reason.STOPPED, after);
    boolean unused = refuse(why, after);
    tellEnd(after);
    for (StreamBuffer buffer : stream().pool.copy()) {
      AttachedDevice attachment = buffer.removeReader(this);
      if (attachment != null) {
        after.then(attachment::close);
      }
    }
  }

  Holdings holdings() {
    return holdings;
  }

  String describeUse(long nowNanos) {
    return holdings.describe(nowNanos)
        + (queue.isEmpty() ? "" : " and has " + queue.size() + " queued");
  }

  StreamState.ConsumerState state() {
    return new StateRecords.ConsumerState(policy, queue.size(), dropped, holdings.snapshot());
  }

  @Override
  public String toString() {
    return device.name() + " at " + stream().spec.name();
  }
}
