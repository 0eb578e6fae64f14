package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody waits for a buffer to do. It ends once: granted, failed, timed out or
 * interrupted, whoever {@linkplain #claim claims} that first. What is done for a request is done
 * after it is claimed and under the buffer's lock, so nothing is done for who has given up.
 */
final class Request {

  /** What is wanted. */
  enum Kind {
    /** A mapping. */
    MAP,
    /** That the buffer stays where it is. */
    PIN,
    /** Memory that suits all who are attached. */
    PREPARE,
    /** That the memory is given back. */
    EVACUATE
  }

  private final Kind kind;
  private final ManagedBuffer buffer;
  private final @Nullable AttachedDevice attachment;
  private final @Nullable Access access;
  private final boolean parks;

  /** Who asked, and where: whoever grants the request notes that at the gate. */
  private final Thread asker = Thread.currentThread();

  private final @Nullable Throwable callSite;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private final CompletableFuture<@Nullable Grant> future = new CompletableFuture<>();
  private final long sinceNanos;

  private Request(
      Kind kind,
      ManagedBuffer buffer,
      @Nullable AttachedDevice attachment,
      @Nullable Access access,
      boolean parks) {
    this.callSite = kind == Kind.MAP ? buffer.services().callSite() : null;
    this.kind = kind;
    this.buffer = buffer;
    this.attachment = attachment;
    this.access = access;
    this.parks = parks;
    this.sinceNanos = buffer.services().time().nanos();
  }

  static Request map(AttachedDevice attachment, Access access, boolean parks) {
    return new Request(Kind.MAP, attachment.buffer(), attachment, access, parks);
  }

  static Request pin(AttachedDevice attachment) {
    return new Request(Kind.PIN, attachment.buffer(), attachment, null, true);
  }

  static Request prepare(ManagedBuffer buffer) {
    return new Request(Kind.PREPARE, buffer, null, null, true);
  }

  static Request evacuate(ManagedBuffer buffer) {
    return new Request(Kind.EVACUATE, buffer, null, null, true);
  }

  Kind kind() {
    return kind;
  }

  /** What a move that it needs is put down to. */
  BufferMove.Cause moveCause() {
    return switch (kind) {
      case MAP -> BufferMove.Cause.MAP;
      case PIN -> BufferMove.Cause.PIN;
      case PREPARE, EVACUATE -> BufferMove.Cause.PREPARE;
    };
  }

  ManagedBuffer buffer() {
    return buffer;
  }

  /** Whose map or pin it is; null of other kinds. */
  @Nullable AttachedDevice attachment() {
    return attachment;
  }

  /** Whose map or pin it is. */
  AttachedDevice mapper() {
    return Objects.requireNonNull(attachment);
  }

  boolean overwrites() {
    return access == Access.OVERWRITE;
  }

  /** What the map is for, of a {@link Kind#MAP}. */
  Access mapAccess() {
    return Objects.requireNonNull(access);
  }

  Thread asker() {
    return asker;
  }

  @Nullable Throwable callSite() {
    return callSite;
  }

  /** Whether a thread is parked until the end. */
  boolean parks() {
    return parks;
  }

  /** Whether it has ended, or is about to. */
  boolean isDone() {
    return claimed.get();
  }

  /** Whether the caller, and nobody else, ends it. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** Grants it unless it has ended; what is granted is made only then. */
  void serve(AfterLock after, Supplier<? extends @Nullable Grant> grant) {
    if (!claim()) {
      return;
    }
    try {
      grant(after, grant.get());
    } catch (RuntimeException | Error e) { // No memory: who waits must not wait for ever.
      future.completeExceptionally(e);
      throw e;
    }
  }

  /** After {@link #claim}. */
  void grant(AfterLock after, @Nullable Grant grant) {
    after.wake(() -> future.complete(grant));
  }

  void fail(AfterLock after, BrokerException failure) {
    if (claim()) {
      after.wake(() -> future.completeExceptionally(failure));
    }
  }

  /** In words, for errors. */
  String describe() {
    return switch (kind) {
      case MAP -> "map " + buffer.name() + " for " + deviceName() + " (" + access + ")";
      case PIN -> "pin " + buffer.name() + " for " + deviceName();
      case PREPARE -> "prepare " + buffer.name();
      case EVACUATE -> "evacuate " + buffer.name();
    };
  }

  private String deviceName() {
    return attachment == null ? "" : attachment.device().name();
  }

  /**
   * Parks until the end.
   *
   * @throws BrokerException what the request failed with
   */
  @Nullable Grant await(Duration timeout) {
    if (future.isDone()) {
      return ended();
    }
    WaitGraph waits = buffer.services().waits();
    waits.park(this);
    boolean granted = false;
    try {
      Grant grant = future.get(Durations.nanos(timeout), TimeUnit.NANOSECONDS);
      granted = true;
      return grant;
    } catch (TimeoutException e) {
      BrokerException failure = buffer.currentComplaint().timedOut(describe(), timeout);
      if (giveUp(failure)) {
        throw failure;
      }
      Grant grant = ended(); // It has ended otherwise in the meantime.
      granted = true;
      return grant;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      BrokerException failure = buffer.currentComplaint().interrupted(describe(), e);
      if (giveUp(failure)) {
        throw failure;
      }
      return endedAnyway(failure);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      waits.unpark(this);
      stalled(granted).run();
    }
  }

  /** What came of a request that was claimed. */
  private @Nullable Grant ended() {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  /**
   * The interrupt came too late. What was to be done to the buffer has been done, which must not be
   * denied, and so is the map to overwrite it, for which the old contents may have been dropped;
   * another mapping or a pin, which nobody has seen yet, is taken back.
   */
  private @Nullable Grant endedAnyway(BrokerException interrupted) {
    Grant grant;
    try {
      grant = future.join();
    } catch (CompletionException e) {
      throw interrupted;
    }
    if (grant == null || overwrites()) {
      return grant;
    }
    grant.takeBack();
    throw interrupted;
  }

  /** Fails an asynchronous request after that time, unless it has ended by then. */
  void expireAfter(Duration timeout) {
    if (future.isDone()) {
      return;
    }
    Future<?> timer =
        buffer
            .services()
            .workers()
            .schedule(
                timeout, () -> giveUp(buffer.currentComplaint().timedOut(describe(), timeout)));
    CompletableFuture<?> unused =
        future.whenComplete(
            (grant, failure) -> {
              timer.cancel(false);
              Runnable tell = stalled(failure == null);
              buffer.services().workers().execute(tell); // Not here: it may be the timer.
            });
  }

  /**
   * Hands the end of an asynchronous map to the future that the user got, on the callback executor,
   * so that what is chained to it holds nobody up.
   */
  void hand(MapFuture exposed) {
    CompletableFuture<?> unused =
        future.whenComplete(
            (grant, failure) ->
                buffer.services().workers().callback(() -> exposed.end(grant, failure)));
    CompletableFuture<?> unusedEither =
        exposed.whenComplete(
            (mapping, failure) -> {
              if (exposed.isCancelled()) {
                giveUp(Exceptions.closed("the future of " + describe() + " was cancelled"));
              }
            });
  }

  /** Ends the request with {@code failure}: false if it has ended otherwise before. */
  boolean giveUp(BrokerException failure) {
    if (!claim()) {
      return false;
    }
    endGivenUp(failure);
    return true;
  }

  /** After {@link #claim}, by who does not want it any more. */
  void endGivenUp(BrokerException failure) {
    buffer.withdraw(this);
    future.completeExceptionally(failure);
  }

  /** Tells listeners of a wait that ends now. */
  private Runnable stalled(boolean granted) {
    if (kind != Kind.MAP) {
      return () -> {};
    }
    var stall =
        new EventRecords.MapStalled(
            buffer.name(),
            deviceName(),
            Duration.ofNanos(buffer.services().time().nanos() - sinceNanos),
            granted);
    return () -> buffer.services().listeners().tell(listener -> listener.stalled(stall));
  }

  /** Is done once the request has ended or the other is done; never fails. */
  CompletableFuture<?> endedOr(CompletableFuture<?> other) {
    return CompletableFuture.anyOf(future, other).handle((done, failure) -> this);
  }

  /** Does what the callback executor will do, for a thread that cannot wait for that. */
  void handNow(MapFuture exposed) {
    if (future.isDone()) {
      CompletableFuture<?> unused = future.whenComplete(exposed::end);
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof BrokerException failure) {
      return failure;
    }
    throw new IllegalStateException("a request failed with what is not a BrokerException", cause);
  }

  @Override
  public String toString() {
    return describe();
  }
}
