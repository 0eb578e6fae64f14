package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Mapping;
import dev.dmabroker.event.Stall;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Something that somebody waits for a buffer to do. It ends once: granted, failed, timed out or
 * interrupted, whichever completes the future first; a mapping that comes too late is closed.
 */
final class Request {

  /** What is wanted. */
  enum Kind {
    /** A mapping. */
    MAP,
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
  private final CompletableFuture<@Nullable BufferMapping> future = new CompletableFuture<>();
  private final long sinceNanos = System.nanoTime();

  private Request(
      Kind kind,
      ManagedBuffer buffer,
      @Nullable AttachedDevice attachment,
      @Nullable Access access,
      boolean parks) {
    this.callSite = kind == Kind.MAP ? Gate.callSite(buffer.recordsCallSites()) : null;
    this.kind = kind;
    this.buffer = buffer;
    this.attachment = attachment;
    this.access = access;
    this.parks = parks;
  }

  static Request map(AttachedDevice attachment, Access access, boolean parks) {
    return new Request(Kind.MAP, attachment.buffer(), attachment, access, parks);
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

  /** Whose map it is; null unless {@link Kind#MAP}. */
  @Nullable AttachedDevice attachment() {
    return attachment;
  }

  /** What the map is for; null unless {@link Kind#MAP}. */
  @Nullable Access access() {
    return access;
  }

  /** Whose map it is, of a {@link Kind#MAP}. */
  AttachedDevice mapper() {
    return Objects.requireNonNull(attachment);
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

  CompletableFuture<@Nullable BufferMapping> future() {
    return future;
  }

  boolean isDone() {
    return future.isDone();
  }

  void grant(Effects effects, @Nullable BufferMapping mapping) {
    effects.wake(
        () -> {
          if (!future.complete(mapping) && mapping != null) {
            mapping.close();
          }
        });
  }

  void fail(Effects effects, BrokerException failure) {
    effects.wake(() -> future.completeExceptionally(failure));
  }

  /** In words, for errors. */
  String describe() {
    return switch (kind) {
      case MAP -> "map " + buffer.name() + " for " + deviceName() + " (" + access + ")";
      case PREPARE -> "prepare " + buffer.name();
      case EVACUATE -> "evacuate " + buffer.name();
    };
  }

  String deviceName() {
    return attachment == null ? "" : attachment.device().name();
  }

  /**
   * Parks until the end.
   *
   * @throws BrokerException what the request failed with
   */
  @Nullable BufferMapping await(Duration timeout) {
    boolean stalled = !future.isDone();
    try {
      BufferMapping mapping = future.get(Durations.nanos(timeout), TimeUnit.NANOSECONDS);
      if (stalled) {
        tellStalled(true);
      }
      return mapping;
    } catch (TimeoutException e) {
      BrokerException failure = buffer.currentComplaint().timedOut(describe(), timeout);
      if (giveUp(failure)) {
        throw failure;
      }
      return await(timeout); // It has ended otherwise in the meantime.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      BrokerException failure = buffer.currentComplaint().interrupted(describe(), e);
      if (giveUp(failure)) {
        throw failure;
      }
      return endedAnyway(failure);
    } catch (ExecutionException e) {
      if (stalled) {
        tellStalled(false);
      }
      throw failure(e);
    }
  }

  /**
   * The interrupt came too late. What was to be done to the buffer has been done, which must not be
   * denied; a mapping, which nobody has seen yet, is taken back.
   */
  private @Nullable BufferMapping endedAnyway(BrokerException interrupted) {
    BufferMapping mapping;
    try {
      mapping = future.join();
    } catch (CompletionException e) {
      throw interrupted;
    }
    if (kind == Kind.MAP) {
      if (mapping != null) {
        mapping.close();
      }
      throw interrupted;
    }
    return mapping;
  }

  /** Fails an asynchronous request after that time, unless it has ended by then. */
  void expireAfter(BrokerEngine engine, Duration timeout) {
    if (future.isDone()) {
      return;
    }
    Future<?> timer =
        engine.schedule(
            timeout, () -> giveUp(buffer.currentComplaint().timedOut(describe(), timeout)));
    CompletableFuture<?> unused =
        future.whenComplete(
            (mapping, failure) -> {
              timer.cancel(false);
              tellStalled(failure == null);
            });
  }

  /**
   * The future that the user gets: completed on the callback executor, so that what is chained to
   * it holds nobody up.
   */
  CompletableFuture<Mapping> expose(BrokerEngine engine) {
    CompletableFuture<Mapping> exposed = new CompletableFuture<>();
    CompletableFuture<?> unused =
        future.whenComplete(
            (mapping, failure) ->
                engine.callback(
                    () -> {
                      if (failure != null) {
                        exposed.completeExceptionally(failure);
                      } else if (mapping != null && !exposed.complete(mapping)) {
                        mapping.close();
                      }
                    }));
    CompletableFuture<?> unusedEither =
        exposed.whenComplete(
            (mapping, failure) -> {
              if (exposed.isCancelled()) {
                giveUp(new ClosedException("the future of " + describe() + " was cancelled"));
              }
            });
    return exposed;
  }

  /** Ends the request with {@code failure}: false if it has ended otherwise before. */
  boolean giveUp(BrokerException failure) {
    if (!future.completeExceptionally(failure)) {
      return false;
    }
    buffer.withdraw(this);
    if (parks) {
      tellStalled(false);
    }
    return true;
  }

  private void tellStalled(boolean granted) {
    if (kind == Kind.MAP) {
      var stall =
          new Stall(
              buffer.name(),
              deviceName(),
              Duration.ofNanos(System.nanoTime() - sinceNanos),
              granted);
      buffer.listeners().tell(listener -> listener.stalled(stall));
    }
  }

  private static RuntimeException failure(ExecutionException e) {
    if (e.getCause() instanceof BrokerException failure) {
      return failure;
    }
    throw new IllegalStateException("a request failed with what is not a BrokerException", e);
  }
}
