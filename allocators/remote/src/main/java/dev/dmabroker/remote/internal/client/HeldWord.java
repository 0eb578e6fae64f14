package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.remote.internal.page.WordPage;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A word that the service has opened for one attachment and access in one place: mappings begin and
 * end there without the service. {@link WordPage} has the rules.
 *
 * <p>The memory is kept as long as the word may count a mapping of this process: until the word is
 * shut, and the count is zero. The end that finds that so lets go of the memory; so does what shuts
 * the word, or learns that it is shut, if no mapping is in. Once shut with this tag, a word is
 * never opened with this tag again.
 */
final class HeldWord implements Hold {
  /** How often the time of a use is written down; a power of two. */
  private static final int TIMED = 16;

  private final Words words;
  private final WordPage page;
  private final long attachment;
  private final Access access;
  private final int number;
  private final int tag;
  private final Memories.Use memory;
  private final List<RemoteLease> leases = new CopyOnWriteArrayList<>();
  private final AtomicBoolean released = new AtomicBoolean();

  /** The low bits of the word while a use may begin. */
  private final long open;

  /**
   * The thread that mapped last, while it is known to have that mapping. It is written without any
   * order: only the thread itself relies on it, to say what it has.
   */
  private @Nullable Thread holder;

  HeldWord(Words words, long attachment, Access access, int number, int tag, Memories.Use memory) {
    this.words = words;
    this.page = words.page();
    this.attachment = attachment;
    this.access = access;
    this.number = number;
    this.tag = tag;
    this.memory = memory;
    this.open = WordPage.open(tag);
  }

  /** Begins a use; false if the word is shut, and the service has to be asked. */
  boolean tryBegin() {
    long seen = page.add(number, WordPage.ONE);
    if ((seen & WordPage.LOW & ~WordPage.RING) != open) {
      end(); // A mover may have seen the one.
      return false;
    }
    if ((page.countBegun(number) & (TIMED - 1)) == 0) {
      page.noteTime(number, System.nanoTime());
    }
    return true;
  }

  @Override
  public void add() {
    long unused = page.add(number, WordPage.ONE);
  }

  @Override
  public void end() {
    long seen = page.add(number, -WordPage.ONE);
    if ((seen & (WordPage.OPEN | WordPage.RING)) != WordPage.OPEN) {
      words.ring();
      releaseIfOver(seen - WordPage.ONE);
    }
  }

  /** Lets go of the memory if no mapping is in and none can begin. */
  private void releaseIfOver(long seen) {
    boolean over =
        WordPage.tag(seen) != tag || (!WordPage.isOpen(seen) && WordPage.count(seen) == 0);
    if (over && released.compareAndSet(false, true)) {
      words.released(this, memory);
    }
  }

  /** Lets no further use begin. */
  void retire() {
    long seen = page.look(number);
    while (WordPage.tag(seen) == tag
        && WordPage.isOpen(seen)
        && !page.change(number, seen, seen & ~WordPage.OPEN)) {
      seen = page.look(number);
    }
    releaseIfOver(page.look(number));
  }

  /** The word is shut, by the service or by this process: tells those who have leases. */
  void recalled(Recall recall) {
    retire();
    for (RemoteLease lease : leases) {
      words.callback(() -> lease.recalled(recall));
      forget(lease);
    }
  }

  /** The attachment or the connection has ended. */
  void close() {
    recalled(Recall.newBuilder().setReason(LeaseRecalled.Cause.CLOSE.name()).build());
  }

  @Override
  public void endAfter(SyncFile fence) {
    words
        .link()
        .order(
            ToService.newBuilder()
                .setUnmap(
                    Unmap.newBuilder()
                        .setHasFence(true)
                        .setCounted(
                            Unmap.Counted.newBuilder()
                                .setAttachment(attachment)
                                .setWord(number)
                                .setTag(tag))),
            fence.fd());
    releaseIfOver(page.look(number)); // The service has subtracted it.
  }

  @Override
  public Lease lease(RemoteMapping mapping, String name, RecallListener listener) {
    RemoteLease lease = new RemoteLease(mapping, this, this, name, listener);
    leases.add(lease);
    words.toldOfRecalls(this);
    return lease;
  }

  void forget(RemoteLease lease) {
    leases.remove(lease);
    if (leases.isEmpty()) {
      words.notToldOfRecalls(this);
    }
  }

  // ---- Which threads have it ----

  void note(Thread thread) {
    holder = thread;
  }

  /** That thread's latest mapping has ended, or is another thread's. */
  @SuppressWarnings("ReferenceEquality")
  void unnote(Thread thread) {
    if (holder == thread) {
      holder = null;
    }
  }

  @SuppressWarnings("ReferenceEquality")
  boolean isHeldBy(Thread thread) {
    return holder == thread;
  }

  // ---- What it is ----

  @Override
  public Memories.Use memory() {
    return memory;
  }

  boolean isOpen() {
    return (page.look(number) & WordPage.LOW & ~WordPage.RING) == open;
  }

  int number() {
    return number;
  }

  int tag() {
    return tag;
  }

  Access access() {
    return access;
  }
}
