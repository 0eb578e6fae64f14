package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An attachment at a service. While the buffer lies where it did at the last map with an access,
 * mapping it so again is counted in a word, without the service.
 */
final class RemoteAttachment implements Attachment {
  /** For how long an answer may be late, beyond the time in which the service gives one. */
  private static final Duration LATE = Duration.ofSeconds(5);

  /** For how long the service may take by its own default, as far as this client can tell. */
  private static final Duration DEFAULT = Duration.ofMinutes(1);

  private final Link link;
  private final RemoteBuffer buffer;
  private final RemoteDevice device;
  private final long identity;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean leftOut;

  /** By access, the word that was granted last; an array that does not change. */
  private volatile @Nullable HeldWord[] settled = new HeldWord[Access.values().length];

  RemoteAttachment(Link link, RemoteBuffer buffer, RemoteDevice device, Attached attached) {
    this.link = link;
    this.buffer = buffer;
    this.device = device;
    identity = attached.getAttachment();
    leftOut = attached.getLeftOut();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  // ---- Without the service ----

  /** Maps by counting; null if the service has to be asked. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  private @Nullable RemoteMapping settled(Access access) {
    HeldWord word = settled[access.ordinal()];
    if (word == null || !word.tryBegin()) {
      return null;
    }
    return counted(access, word, Thread.currentThread());
  }

  private RemoteMapping counted(Access access, HeldWord word, Thread thread) {
    word.note(thread);
    return new RemoteMapping(this, access, word, thread);
  }

  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  private synchronized void settle(HeldWord word) {
    @Nullable HeldWord[] next = settled.clone();
    next[word.access().ordinal()] = word;
    settled = next;
    if (closed.get()) {
      word.close();
    }
  }

  // ---- By the service ----

  private CompletableFuture<Mapping> ask(Access access, Map.Builder request) {
    Words words = link.words();
    return link.ask(
        ToService.newBuilder()
            .setMap(
                request
                    .setAttachment(identity)
                    .setAccess(Specs.write(access))
                    .setWord(words != null)),
        answer -> granted(access, answer));
  }

  private RemoteMapping granted(Access access, Link.Answer answer) throws BadMessageException {
    Mapped grant = answer.message().getMapped();
    Memories.Use memory = buffer.memories().use(buffer.slot(), grant.getMemory(), answer.packet());
    Words words = link.words();
    if (words == null || !grant.getHasWord()) {
      MessageHold hold = new MessageHold(link, grant.getMapping(), memory);
      return new RemoteMapping(this, access, hold, null);
    }
    HeldWord word = words.granted(grant, access, memory);
    settle(word);
    return new RemoteMapping(this, access, word, null);
  }

  private Mapping get(Access access, Map.Builder request, Duration limit) {
    Thread thread = Thread.currentThread();
    Words words = link.words();
    request
        .setThread(thread.getId())
        .setThreadName(thread.getName().substring(0, Math.min(64, thread.getName().length())))
        .addAllHolds(words == null ? List.of() : words.heldBy(thread));
    CompletableFuture<Mapping> asked = ask(access, request);
    try {
      RemoteMapping mapping = (RemoteMapping) asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return mapping.hand(thread);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException("the map failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      giveUp(asked);
      thread.interrupt();
      throw Exceptions.waitInterrupted("map " + this + " (" + access + ") was interrupted", e);
    } catch (TimeoutException e) {
      giveUp(asked);
      throw Exceptions.waitTimeout(
          "map " + this + " (" + access + ")",
          limit,
          "the service does not answer; it may have been stopped",
          List.of(),
          e);
    }
  }

  /** The answer that comes all the same is closed. */
  private static void giveUp(CompletableFuture<Mapping> asked) {
    if (!asked.cancel(false)) {
      asked.thenAccept(Mapping::close);
    }
  }

  private static Map.Builder within(Duration timeout) {
    return Map.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout)));
  }

  // ---- What applications call ----

  @Override
  public Mapping map(Access access) {
    RemoteMapping mapping = settled(access);
    return mapping != null ? mapping : get(access, Map.newBuilder(), DEFAULT);
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    Map.Builder request = within(timeout);
    RemoteMapping mapping = settled(access);
    return mapping != null ? mapping : get(access, request, timeout.plus(LATE));
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    RemoteMapping mapping = settled(access);
    if (mapping != null) {
      return Optional.of(mapping);
    }
    try {
      return Optional.of(get(access, Map.newBuilder().setNowOrNever(true), LATE));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return mapAsync(access, Map.newBuilder());
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    return mapAsync(access, within(timeout));
  }

  private CompletableFuture<Mapping> mapAsync(Access access, Map.Builder request) {
    RemoteMapping mapping = settled(Objects.requireNonNull(access, "access"));
    return mapping != null ? CompletableFuture.completedFuture(mapping) : ask(access, request);
  }

  @Override
  public Pin pin() {
    throw new UnsupportedOperationException("pins do not cross yet");
  }

  @Override
  public Pin pin(Duration timeout) {
    return pin();
  }

  @Override
  public boolean isLeftOut() {
    return leftOut;
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    throw new UnsupportedOperationException("moves are not told yet");
  }

  @Override
  public void close() {
    if (!closed.get()) {
      Handles.close(
          closed,
          link,
          ToService.newBuilder().setDetach(Detach.newBuilder().setAttachment(identity)));
      synchronized (this) {
        for (HeldWord word : settled) {
          if (word != null) {
            word.close();
          }
        }
      }
    }
  }

  @Override
  public String toString() {
    return buffer.name() + " for " + device.name();
  }
}
