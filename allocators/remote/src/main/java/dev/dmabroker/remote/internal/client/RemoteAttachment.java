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
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.PinIt;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  private final Moves moves;

  /** By access, the word that was granted last; an array that does not change. */
  private volatile @Nullable HeldWord[] settled = new HeldWord[Access.values().length];

  RemoteAttachment(Link link, RemoteBuffer buffer, RemoteDevice device, Attached attached) {
    this.link = link;
    this.buffer = buffer;
    this.device = device;
    identity = attached.getAttachment();
    moves = new Moves(device.lane());
    link.events().follow(identity, this);
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

  private ToService.Builder request(Access access, Map.Builder request) {
    return ToService.newBuilder()
        .setMap(
            request
                .setAttachment(identity)
                .setAccess(Specs.write(access))
                .setWord(link.words() != null));
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
    return link.<RemoteMapping>ask(
            request(access, request), answer -> granted(access, answer), RemoteMapping::close)
        .await(limit, "map " + this + " (" + access + ")")
        .hand(thread);
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
    return mapping != null ? mapping : get(access, request, Durations.bounded(timeout).plus(LATE));
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
    return mapping != null
        ? CompletableFuture.completedFuture(mapping)
        : link.<Mapping>askLater(
            request(access, request), answer -> granted(access, answer), Mapping::close);
  }

  private Pin pin(PinIt.Builder request) {
    return link.get(
        ToService.newBuilder().setPin(request.setAttachment(identity)),
        answer -> new RemotePin(link, this, answer.message().getPinned()));
  }

  @Override
  public Pin pin() {
    return pin(PinIt.newBuilder());
  }

  @Override
  public Pin pin(Duration timeout) {
    return pin(PinIt.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout))));
  }

  @Override
  public boolean isLeftOut() {
    if (closed.get() || link.isEnded()) {
      return false;
    }
    return link.get(
        ToService.newBuilder().setLook(Look.newBuilder().setAttachment(identity)),
        answer -> answer.message().getLooked().getLeftOut());
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    return moves.add(listener);
  }

  /** The buffer has moved. In the thread that receives. */
  void moved(long generation) {
    moves.tell(generation);
  }

  @Override
  public void close() {
    if (!closed.get()) {
      Handles.close(
          closed,
          link,
          ToService.newBuilder().setDetach(Detach.newBuilder().setAttachment(identity)));
      link.events().leave(identity);
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
    return buffer.name() + " for " + device.name() + (closed.get() ? ", closed" : "");
  }
}
