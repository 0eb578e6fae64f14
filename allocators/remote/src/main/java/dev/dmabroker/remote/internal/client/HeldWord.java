package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.remote.internal.page.PageWord;
import dev.dmabroker.remote.internal.wire.Recall;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A word that the service has opened for one attachment and access in one place. One mapping at a
 * time begins and ends here, without the service, so it is as good as a slot: the client's own bits
 * of the word change with each beginning and each end, and the word as it was after the beginning
 * is the mapping's token. An end compares the word with it; so a mapping ends once, whichever
 * threads end it, and no object has to remember that. Views count as further uses, and so do those
 * of a lease, which has the word for itself.
 *
 * <p>The memory is kept as long as the word may count a use of this process: until the word is shut
 * and the count is zero. The end that makes it so lets go of the memory; so does what shuts the
 * word, or learns that it is shut, if no use is in.
 */
final class HeldWord extends PageWord implements Hold {
  /** How often the time of a use is written down; a power of two. */
  private static final int TIMED = 256;

  private final Words words;
  private final RemoteAttachment attachment;
  private final Access access;
  private final int number;
  private final int tag;
  private final Memories.Use memory;
  private final AtomicBoolean released = new AtomicBoolean();

  /** The low bits of the word while a use may begin. */
  private final long open;

  /**
   * What the word is if it has not been changed since the last mapping ended here: it is open, and
   * no use is in. The beginning compares it with the word.
   */
  private long guess;

  /**
   * The thread that mapped last, if it is known. It is written without any order: only the thread
   * itself relies on it, to say what it has.
   */
  private @Nullable Thread holder;

  private volatile @Nullable RemoteLease lease;

  HeldWord(
      Words words,
      RemoteAttachment attachment,
      Access access,
      int number,
      int tag,
      Memories.Use memory) {
    super(words.page(), number);
    this.words = words;
    this.attachment = attachment;
    this.access = access;
    this.number = number;
    this.tag = tag;
    this.memory = memory;
    this.open = open(tag);
    this.guess = open;
  }

  // ---- One mapping at a time ----

  /**
   * Begins a mapping.
   *
   * @return its token; 0 if a use is in, or the word is shut
   */
  long tryBegin() {
    long free = guess;
    long token = free + OWN + ONE;
    if (!change(free, token)) {
      token = tryBegin(look());
      if (token == 0) {
        return 0;
      }
    }
    if ((ownIn(token) & (TIMED - 1)) <= 1) { // An end changes the bits, too.
      setTime(System.nanoTime());
    }
    return token;
  }

  private long tryBegin(long seen) {
    if (!mayBegin(seen) || countIn(seen) != 0) {
      return 0;
    }
    long token = seen + OWN + ONE;
    return change(seen, token) ? token : 0;
  }

  private boolean mayBegin(long seen) {
    return (seen & LOW & ~RING) == open;
  }

  /** The token of a mapping that the service has begun, in a word that it has just opened. */
  long granted() {
    return look();
  }

  @Override
  public void end(long token) {
    long freed = token + OWN - ONE;
    if (!change(token, freed)) {
      endSlowly(token);
    } else if ((freed & (OPEN | RING)) == OPEN) {
      guess = freed;
    } else {
      left(freed);
    }
  }

  private void endSlowly(long token) {
    long seen;
    long freed;
    do {
      seen = look();
      if (!isIn(token, seen)) {
        return;
      }
      freed = seen + OWN - ONE;
    } while (!change(seen, freed));
    if ((freed & (OPEN | RING)) != OPEN) {
      left(freed);
    }
  }

  @Override
  public boolean isIn(long token) {
    return isIn(token, look());
  }

  private boolean isIn(long token, long seen) {
    return ownIn(seen) == ownIn(token) && tagIn(seen) == tag && countIn(seen) != 0;
  }

  // ---- Further uses ----

  @Override
  public boolean addTo(long token) {
    long seen;
    do {
      seen = look();
      if (!isIn(token, seen)) {
        return false;
      }
    } while (!change(seen, seen + ONE));
    return true;
  }

  /** Ends the mapping, whose use goes on under another name; false if it has ended before. */
  boolean keepUse(long token) {
    long seen;
    do {
      seen = look();
      if (!isIn(token, seen)) {
        return false;
      }
    } while (!change(seen, seen + OWN));
    return true;
  }

  /** Undoes {@link #keepUse}: the use is the mapping's again. */
  private void takeUseBack() {
    long unused = add(-OWN);
  }

  /** Begins a use of the lease that has the word; false if it is shut. */
  boolean tryUse() {
    long seen;
    do {
      seen = look();
      if (!mayBegin(seen)) {
        return false;
      }
    } while (!change(seen, seen + ONE + OWN));
    return true;
  }

  /** Begins a use beside one that goes on. */
  void addUse() {
    long unused = add(ONE);
  }

  @Override
  public void endUse() {
    long left = add(-ONE) - ONE;
    if ((left & (OPEN | RING)) != OPEN) {
      left(left);
    }
  }

  @Override
  public boolean endAfter(long token, SyncFile fence) {
    if (!keepUse(token)) {
      return false;
    }
    Unmap.Counted.Builder counted =
        Unmap.Counted.newBuilder().setAttachment(attachment.identity()).setWord(number).setTag(tag);
    try {
      words
          .link()
          .order(
              ToService.newBuilder()
                  .setUnmap(Unmap.newBuilder().setHasFence(true).setCounted(counted)),
              fence.fd());
    } catch (RuntimeException | Error e) {
      takeUseBack();
      throw e;
    }
    releaseIfOver(look()); // The service has subtracted it.
    return true;
  }

  // ---- Its end ----

  /** A use has ended that may be waited for. */
  private void left(long now) {
    words.ring();
    releaseIfOver(now);
  }

  /** Lets go of the memory if no use is in and none can begin. */
  private void releaseIfOver(long seen) {
    boolean over = tagIn(seen) != tag || (!saysOpen(seen) && countIn(seen) == 0);
    if (over && released.compareAndSet(false, true)) {
      words.released(this, memory);
    }
  }

  /** Lets no further use begin. */
  void retire() {
    long seen = look();
    while (tagIn(seen) == tag && saysOpen(seen) && !change(seen, seen & ~OPEN)) {
      seen = look();
    }
    releaseIfOver(look());
  }

  /** The word is shut, by the service or by this process: tells the lease's holder. */
  void recalled(Recall recall) {
    retire();
    RemoteLease its = lease;
    if (its != null) {
      words.callback(() -> its.recalled(recall));
      words.notToldOfRecalls(this);
    }
  }

  /** The attachment or the connection has ended. */
  void close() {
    recalled(Recall.newBuilder().setReason(LeaseRecalled.Cause.CLOSE.name()).build());
  }

  /** {@inheritDoc} The lease has the word from then on. */
  @Override
  public @Nullable Lease lease(long token, String name, RecallListener listener) {
    if (!keepUse(token)) {
      return null;
    }
    RemoteLease made = new RemoteLease(attachment, access, memory, this, name, listener);
    lease = made;
    attachment.unsettle(this);
    words.toldOfRecalls(this);
    return made;
  }

  /** The lease is closed: the word is free for mappings when its last use has ended. */
  void leaseClosed() {
    lease = null;
    words.notToldOfRecalls(this);
    attachment.settle(this);
  }

  // ---- Which threads have it ----

  @SuppressWarnings("ReferenceEquality")
  @Override
  public void note(@Nullable Thread thread) {
    if (holder != thread) { // A write of a reference costs more.
      holder = thread;
    }
  }

  @SuppressWarnings("ReferenceEquality")
  boolean isHeldBy(Thread thread) {
    return holder == thread && countIn(look()) != 0;
  }

  // ---- What it is ----

  @Override
  public Memories.Use memory() {
    return memory;
  }

  boolean isOpen() {
    return mayBegin(look());
  }

  int number() {
    return number;
  }

  int tag() {
    return tag;
  }

  @Override
  public Access access() {
    return access;
  }
}
