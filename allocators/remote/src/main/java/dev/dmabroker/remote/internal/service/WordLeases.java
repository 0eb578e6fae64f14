package dev.dmabroker.remote.internal.service;

import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.internal.gate.BufferLease;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.page.ClientWords;
import dev.dmabroker.remote.internal.page.ClientWords.SharedWord;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The leases of one client, each with a word of the client's page: the client maps and unmaps by
 * counting there, and the broker asks the words. For one attachment and access there is one lease
 * that is open, at most, beside those that the client wants to count alone. Used in the session's
 * order, but for what ends of leases change.
 */
final class WordLeases {
  /** A client with more threads than that in one buffer has forged the count. */
  private static final long MOST_BELIEVED = 1 << 16;

  private final Session session;
  private final ClientWords words;
  private final Map<Key, Granted> latest = new HashMap<>();
  private final Map<Integer, Granted> byWord = new ConcurrentHashMap<>();

  private record Key(long attachment, Access access) {}

  /** A lease, and the word that counts its uses. */
  record Granted(BufferLease lease, SharedWord word) {}

  /** Whether the client has gone. Read and written by what the session does in order. */
  private boolean closed;

  WordLeases(Session session, ClientWords words) {
    this.session = session;
    this.words = words;
  }

  /**
   * Turns a mapping into a use of a lease, which the client ends. A lease that is open gets one use
   * more, unless the client wants to count it alone; otherwise another word is opened with one use
   * in it, so that a client whose words are shut again and again has its turn each time.
   *
   * @param alone whether the use is to have a word for itself
   * @param mapping is closed, unless this returns null
   * @return null if no word is free
   * @throws dev.dmabroker.ClosedException if the client has gone; the mapping stays the caller's
   */
  @Nullable Granted grant(long attachment, boolean alone, BufferMapping mapping) {
    if (closed) {
      throw session.goneException();
    }
    Key key = new Key(attachment, mapping.access());
    Granted before = alone ? null : latest.get(key);
    if (before != null && before.lease.place() == mapping.place() && before.lease.tryUse()) {
      mapping.close();
      return before;
    }
    SharedWord word = words.take();
    if (word == null) {
      return null;
    }
    Granted granted;
    try {
      BufferLease lease =
          mapping.lease(session.name(), recalled -> tell(attachment, recalled, word), word);
      granted = new Granted(lease, word);
    } catch (RuntimeException | Error e) {
      word.end();
      throw e;
    }
    if (before != null) {
      before.lease.close(); // The client has shut it, or it is of another place.
    }
    prune();
    byWord.put(word.number(), granted);
    if (!alone) {
      latest.put(key, granted);
    }
    return granted;
  }

  /** Forgets the leases that are over, whose words may be other leases' by now. */
  private void prune() {
    byWord.values().removeIf(each -> !words.has(each.word));
    latest.values().removeIf(each -> !words.has(each.word));
  }

  private void tell(long attachment, LeaseRecalled recalled, SharedWord word) {
    session.tell(
        ToClient.newBuilder()
            .setRecall(
                Recall.newBuilder()
                    .setAttachment(attachment)
                    .setAccess(Specs.write(recalled.access()))
                    .setReason(recalled.cause().name())
                    .setDevice(recalled.beneficiary().map(session.names()).orElse(""))
                    .setWord(word.number())
                    .setTag(word.tag())),
        List.of());
  }

  /** The leases of these words, as far as there are some. */
  List<BufferLease> of(List<Integer> numbers) {
    List<BufferLease> leases = new ArrayList<>();
    for (Integer number : numbers) {
      Granted granted = byWord.get(number);
      if (granted != null) {
        leases.add(granted.lease);
      }
    }
    return leases;
  }

  /**
   * The lease in whose word the client says that it has counted a use.
   *
   * @throws dev.dmabroker.ClosedException if the word is another lease's, or no lease's
   */
  BufferLease of(Unmap.Counted counted) {
    Granted granted = byWord.get(counted.getWord());
    if (granted == null || granted.word.tag() != counted.getTag()) {
      throw Exceptions.closed(
          "word " + counted.getWord() + " with the tag " + counted.getTag() + " is no lease's");
    }
    return granted.lease;
  }

  /** Looks which uses have ended that are waited for. */
  void look() {
    byWord.values().forEach(each -> each.lease.rung());
    prune();
  }

  /**
   * The client's connection has ended: no use begins any more. Uses that only read are no risk to
   * others, and count no more.
   *
   * @return whether uses go on that may write
   */
  boolean close() {
    closed = true;
    boolean writing = false;
    for (Granted each : byWord.values()) {
      if (!each.lease.access().writes()) {
        each.word.die();
      }
      each.lease.close();
      writing |= each.lease.uses() > 0;
    }
    return writing;
  }

  /** The client's process has ended: none of its uses goes on. */
  void die() {
    for (Granted each : byWord.values()) {
      each.word.die();
      each.lease.close();
    }
  }

  /** How many mappings the words count, as far as they can be believed. */
  int uses() {
    long uses = 0;
    for (Granted each : byWord.values()) {
      uses += Math.min(each.lease.uses(), MOST_BELIEVED);
    }
    return (int) Math.min(uses, Integer.MAX_VALUE);
  }
}
