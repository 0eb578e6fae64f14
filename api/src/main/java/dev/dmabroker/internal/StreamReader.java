package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.MapTimeoutException;
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
final class StreamReader extends Line<TakenFrame> implements StreamConsumer {
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

  StreamReader(StreamLife stream, RegisteredDevice device, Policy policy) {
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
            effects -> {
              leave(new ClosedException("cannot " + describe() + ": it is detached"), effects);
              return null;
            });
  }

  // ---- Frames come; under the lock ----

  void offer(StreamBuffer buffer, long sequence, Effects effects) {
    buffer.use();
    queue(new TakenFrame(stream(), this, buffer, sequence), effects);
  }

  private void queue(TakenFrame frame, Effects effects) {
    if (policy == Policy.LATEST) {
      drop(Reason.SLOW, effects);
    }
    queue.add(frame);
    serve(effects);
  }

  /** Drops what is queued. */
  private void drop(Reason reason, Effects effects) {
    for (TakenFrame frame; (frame = queue.poll()) != null; ) {
      drop(frame, reason, effects);
    }
  }

  private void drop(TakenFrame frame, Reason reason, Effects effects) {
    dropped++;
    stream().tellDropped(device, frame.sequence(), reason, effects);
    stream().release(frame.buffer(), effects);
  }

  /** The buffer that is queued, if the producer may have it back. */
  @Nullable StreamBuffer spare() {
    TakenFrame first = policy == Policy.LATEST ? queue.peek() : null;
    return first == null ? null : first.buffer();
  }

  /** The producer needs the buffer. */
  void giveUp(Effects effects) {
    drop(Reason.SLOW, effects);
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
  @Nullable TakenFrame poll(boolean own, boolean still, Effects effects) {
    TakenFrame frame = queue.peek();
    if (frame == null || (!frame.enter(own) && still)) {
      return null;
    }
    queue.remove();
    holdings.begin(frame, stream().now(), event -> stream().tellOverheld(event, effects));
    return frame;
  }

  @Override
  void starve(Effects effects) {}

  @Override
  String describe() {
    return "take a frame of " + stream().spec.name() + " for " + device.name();
  }

  @Override
  BrokerException timedOut(Duration timeout) {
    return new MapTimeoutException(
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
            effects -> {
              released(frame, effects);
              return null;
            });
  }

  /** From the poller's thread. */
  void signalled(TakenFrame frame) {
    stream().onTime(effects -> released(frame, effects));
  }

  private void released(TakenFrame frame, Effects effects) {
    if (holdings.end(frame, stream().now(), event -> stream().tellOverheld(event, effects))) {
      stream().release(frame.buffer(), effects);
    }
  }

  /** Nobody has seen it: it is queued again, unless there is a later one that counts. */
  void putBack(TakenFrame frame) {
    stream()
        .locked(
            effects -> {
              if (!holdings.forget(frame)) {
                return null;
              }
              frame.forgetMapping();
              if (closed != null || !stream().isFlowing() || !frame.isOfThisRun()) {
                drop(frame, Reason.STOPPED, effects);
              } else if (policy == Policy.LATEST && isOutdated(frame)) {
                drop(frame, Reason.SLOW, effects);
              } else {
                queue(frame, effects);
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
            effects -> {
              onEnd = told;
              if (stopUntold || closed != null) {
                effects.then(told);
              }
              return null;
            });
  }

  private void tellEnd(Effects effects) {
    if (onEnd != null) {
      effects.then(onEnd);
    }
  }

  /** Drops what is queued, and says once that the stream has stopped. */
  void stop(Effects effects) {
    drop(Reason.STOPPED, effects);
    stopUntold = !refuse(stream().stopped(describe()), effects);
    tellEnd(effects);
  }

  void leave(ClosedException why, Effects effects) {
    if (closed != null) {
      return;
    }
    closed = why;
    stream().left(this);
    drop(Reason.STOPPED, effects);
    boolean unused = refuse(why, effects);
    tellEnd(effects);
    for (StreamBuffer buffer : stream().pool.copy()) {
      AttachedDevice attachment = buffer.removeReader(this);
      if (attachment != null) {
        effects.then(attachment::close);
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
    return new StreamState.ConsumerState(policy, queue.size(), dropped, holdings.snapshot());
  }

  @Override
  public String toString() {
    return device.name() + " at " + stream().spec.name();
  }
}
