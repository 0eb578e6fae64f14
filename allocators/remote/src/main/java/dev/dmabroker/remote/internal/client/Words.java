package dev.dmabroker.remote.internal.client;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.allocators.linux.socket.Doorbell;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.remote.internal.page.PageWord;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.remote.internal.wire.Welcome;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The page of words that this client counts its mappings in, and the doorbell by which it tells the
 * service of ends that may be waited for. Thread-safe.
 */
final class Words {
  private final Link link;
  private final SharedMemory memory;
  private final Fd doorbell;
  private final Map<Integer, HeldWord> held = new ConcurrentHashMap<>();

  /** The words that have leases, until these are asked back, by number and tag. */
  private final Map<Opening, HeldWord> leased = new ConcurrentHashMap<>();

  private record Opening(int number, int tag) {}

  /** Tells the application that leases were asked back. Its thread is made when it is needed. */
  private final Executor callbacks =
      Executors.newCachedThreadPool(
          task -> {
            Thread made = new Thread(task, "dmabroker-remote-recalls");
            made.setDaemon(true);
            return made;
          });

  private boolean disconnected;

  private Words(Link link, SharedMemory memory, Fd doorbell) {
    this.link = link;
    this.memory = memory;
    this.doorbell = doorbell;
  }

  /**
   * Takes the page that came with a welcome; null if none came.
   *
   * @throws BadMessageException if it is no page
   * @throws dev.dmabroker.DescriptorException if this process had no room for its descriptor
   */
  static @Nullable Words of(Link link, Welcome welcome, Packet packet) throws BadMessageException {
    if (welcome.getPageBytes() == 0) {
      return null;
    }
    if (packet.descriptorsLost()) {
      throw LostDescriptor.of("the page by which maps are counted was lost");
    }
    Fd bell = packet.take(welcome.getDoorbellDescriptor());
    try (Fd file = packet.take(welcome.getPageDescriptor())) {
      if (file == null
          || bell == null
          || welcome.getWordBytes() != PageWord.BYTES
          || welcome.getPageBytes() > Integer.MAX_VALUE) {
        throw new BadMessageException("the service's page is none that this client can count in");
      }
      SharedMemory memory =
          SharedMemory.map(file, (int) welcome.getPageBytes(), "the page of the service");
      return new Words(link, memory, bell);
    } catch (HeapException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
  }

  Link link() {
    return link;
  }

  ByteBuffer page() {
    return memory.bytes();
  }

  /** Tells the service that a use has ended that may be waited for. */
  void ring() {
    Doorbell.ring(doorbell);
  }

  /**
   * Takes a word that the service has opened with one use in it.
   *
   * @param memory passes to the word
   */
  synchronized HeldWord granted(
      Mapped grant, RemoteAttachment attachment, Access access, Memories.Use memory)
      throws BadMessageException {
    int number = grant.getWord();
    if (number < 0 || number >= page().capacity() / PageWord.BYTES) {
      throw new BadMessageException("there is no word " + number);
    }
    HeldWord word = new HeldWord(this, attachment, access, number, grant.getTag(), memory);
    HeldWord before = held.put(number, word);
    if (before != null) {
      before.retire(); // The word was at zero when it was opened again.
    }
    if (disconnected) {
      word.retire();
    }
    return word;
  }

  /** The word counts no mapping any more. */
  void released(HeldWord word, Memories.Use its) {
    held.remove(word.number(), word);
    link.memories().end(its);
    releaseIfOver();
  }

  void recalled(Recall recall) {
    HeldWord word = leased.get(new Opening(recall.getWord(), recall.getTag()));
    if (word == null) {
      word = held.get(recall.getWord());
    }
    if (word != null && word.tag() == recall.getTag()) {
      word.recalled(recall);
    }
  }

  void toldOfRecalls(HeldWord word) {
    leased.put(new Opening(word.number(), word.tag()), word);
  }

  void notToldOfRecalls(HeldWord word) {
    leased.remove(new Opening(word.number(), word.tag()), word);
  }

  /** The words in which a thread has counted a mapping that it has, as far as is known. */
  List<Integer> heldBy(Thread thread) {
    List<Integer> numbers = new ArrayList<>();
    for (HeldWord each : held.values()) {
      if (each.isHeldBy(thread)) {
        numbers.add(each.number());
      }
    }
    return numbers;
  }

  void callback(Runnable task) {
    callbacks.execute(task);
  }

  /** No use begins any more; the page goes with the last mapping. */
  void disconnected() {
    synchronized (this) {
      disconnected = true;
    }
    held.values().forEach(HeldWord::close);
    leased.values().forEach(HeldWord::close);
    releaseIfOver();
  }

  private void releaseIfOver() {
    synchronized (this) {
      if (!disconnected || !held.isEmpty()) {
        return;
      }
    }
    doorbell.close();
    memory.release();
  }
}
