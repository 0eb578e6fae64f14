package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.NotRemoteException;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.PinIt;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.ArrayList;
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

  /** By access, a word in which mappings are counted; null if there is none. */
  private volatile @Nullable HeldWord[] first = new HeldWord[Access.values().length];

  /**
   * By access, all such words: as many as there were mappings at a time. The arrays do not change.
   */
  private volatile HeldWord[][] settled = new HeldWord[Access.values().length][0];

  RemoteAttachment(Link link, RemoteBuffer buffer, RemoteDevice device, Attached attached) {
    this.link = link;
    this.buffer = buffer;
    this.device = device;
    identity = attached.getAttachment();
    moves = new Moves(device.lane());
    link.events().follow(identity, this);
  }

  /** The service's identity of the attachment. */
  long identity() {
    return identity;
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

  /**
   * Maps by counting, or as the service grants. It makes the mapping in one place for both ways, so
   * that the compiler can do without the object, even if the service was asked now and then.
   */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  private RemoteMapping mapWithin(Access access, @Nullable Duration timeout) {
    HeldWord word = first[access.ordinal()];
    Hold hold = word;
    long token = word == null ? 0 : word.tryBegin();
    if (hold == null || token == 0) {
      RemoteMapping other = tryCount(access, Thread.currentThread());
      if (other == null) {
        other = get(access, timeout);
      }
      hold = other.hold;
      token = other.token;
    }
    hold.note(Thread.currentThread());
    return new RemoteMapping(this, hold, token);
  }

  /** Maps by counting; null if the service has to be asked. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  private @Nullable RemoteMapping tryCount(Access access, @Nullable Thread thread) {
    for (HeldWord word : settled[access.ordinal()]) {
      long token = word.tryBegin();
      if (token != 0) {
        word.note(thread);
        return new RemoteMapping(this, word, token);
      }
    }
    return null;
  }

  /** Counts mappings in that word, too, and in those no more that were shut. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  synchronized void settle(HeldWord word) {
    int access = word.access().ordinal();
    List<HeldWord> words = new ArrayList<>(List.of(settled[access]));
    words.removeIf(each -> !each.isOpen());
    words.add(word);
    settle(access, words);
    if (closed.get()) {
      word.close();
    }
  }

  /** Counts no mappings in that word any more. */
  @SuppressWarnings("EnumOrdinal") // Lives in memory only.
  synchronized void unsettle(HeldWord word) {
    int access = word.access().ordinal();
    List<HeldWord> words = new ArrayList<>(List.of(settled[access]));
    words.remove(word);
    settle(access, words);
  }

  private void settle(int access, List<HeldWord> words) {
    HeldWord[][] next = settled.clone();
    next[access] = words.toArray(new HeldWord[0]);
    settled = next;
    @Nullable HeldWord[] nextFirst = first.clone();
    nextFirst[access] = words.isEmpty() ? null : words.get(0);
    first = nextFirst;
  }

  // ---- By the service ----

  private ToService.Builder request(Access access, Map.Builder request) {
    return ToService.newBuilder()
        .setMap(
            request
                .setAttachment(identity)
                .setAccess(Specs.write(access))
                .setWord(link.words() != null)
                .setAlone(true));
  }

  private RemoteMapping granted(Access access, Link.Answer answer) throws BadMessageException {
    Mapped grant = answer.message().getMapped();
    Memories.Use memory;
    try {
      memory = buffer.memories().use(buffer.slot(), grant.getMemory(), answer.packet());
    } catch (BadMessageException | RuntimeException | Error e) {
      giveBack(grant);
      throw e;
    }
    Words words = link.words();
    if (words == null || !grant.getHasWord()) {
      MessageHold hold = new MessageHold(link, grant.getMapping(), access, memory);
      return new RemoteMapping(this, hold, 0);
    }
    HeldWord word = words.granted(grant, this, access, memory);
    settle(word);
    return new RemoteMapping(this, word, word.granted());
  }

  /** Ends what was granted and cannot be used, as its memory did not come. */
  private void giveBack(Mapped grant) {
    Unmap.Builder unmap = Unmap.newBuilder();
    if (grant.getHasWord()) {
      unmap.setCounted(
          Unmap.Counted.newBuilder()
              .setAttachment(identity)
              .setWord(grant.getWord())
              .setTag(grant.getTag()));
    } else {
      unmap.setMapping(grant.getMapping());
    }
    link.tell(ToService.newBuilder().setUnmap(unmap));
  }

  private RemoteMapping get(Access access, @Nullable Duration timeout) {
    return timeout == null
        ? get(access, Map.newBuilder(), DEFAULT)
        : get(access, within(timeout), timeout.plus(LATE));
  }

  private RemoteMapping get(Access access, Map.Builder request, Duration limit) {
    request.setAsker(link.asker());
    return link.<RemoteMapping>ask(
            request(access, request), answer -> granted(access, answer), RemoteMapping::close)
        .await(limit, "map " + this + " (" + access + ")");
  }

  private static Map.Builder within(Duration timeout) {
    return Map.newBuilder().setTimeoutNanos(Durations.nanos(timeout));
  }

  // ---- What applications call ----

  @Override
  public Mapping map(Access access) {
    return mapWithin(access, /* timeout= */ null);
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    return mapWithin(access, Durations.timeout(timeout));
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    Thread thread = Thread.currentThread();
    RemoteMapping mapping = tryCount(access, thread);
    if (mapping == null) {
      try {
        mapping = get(access, Map.newBuilder().setNowOrNever(true), LATE);
        mapping.hold.note(thread);
      } catch (BusyException e) {
        return Optional.empty();
      }
    }
    return Optional.of(mapping);
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return mapAsync(access, Map.newBuilder());
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    return mapAsync(access, within(Durations.timeout(timeout)));
  }

  private CompletableFuture<Mapping> mapAsync(Access access, Map.Builder request) {
    Mapping mapping = tryCount(Objects.requireNonNull(access, "access"), /* thread= */ null);
    return mapping != null
        ? CompletableFuture.completedFuture(mapping)
        : link.<Mapping>askLater(
            request(access, request), answer -> granted(access, answer), Mapping::close);
  }

  private Pin pin(PinIt.Builder request) {
    return link.get(
        ToService.newBuilder().setPin(request.setAttachment(identity).setAsker(link.asker())),
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

  @Override
  public FixedView fixedView(int reservedBytes) {
    throw new NotRemoteException(
        "Attachment.fixedView",
        "the addresses would be this process's, and the buffer the service's; take a CPU view of a"
            + " mapping or of a lease");
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
        for (HeldWord[] words : settled) {
          for (HeldWord word : words) {
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
