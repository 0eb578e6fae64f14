package dev.dmabroker.remote.internal.page;

import dev.dmabroker.internal.gate.UseWord;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The words of one client's page, as the service uses them. It believes nothing that it reads
 * there: which word counts for which lease it knows by itself, and a word with another tag than its
 * own counts as held. Thread-safe.
 */
public final class ClientWords {
  private final ByteBuffer page;
  private final int[] lastTags;
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private final Map<Integer, SharedWord> inUse = new ConcurrentHashMap<>();

  /** Takes over a page of zeros, in native order. */
  public ClientWords(ByteBuffer page) {
    this.page = page;
    lastTags = new int[page.capacity() / PageWord.BYTES];
    for (int word = 0; word < lastTags.length; word++) {
      free.add(word);
    }
  }

  /**
   * Takes a word that no lease has and no use is in.
   *
   * @return null if there is none
   */
  public synchronized @Nullable SharedWord take() {
    for (int tries = free.size(); tries > 0; tries--) {
      int number = free.remove();
      int tag = lastTags[number] == PageWord.MOST_TAG ? 1 : lastTags[number] + 1;
      SharedWord word = new SharedWord(this, number, tag);
      if (PageWord.countIn(word.look()) == 0) {
        lastTags[number] = tag;
        inUse.put(number, word);
        return word;
      }
      free.add(number); // A use that came too late is being taken back, or the count is forged.
    }
    return null;
  }

  private synchronized void free(SharedWord word) {
    if (inUse.remove(word.number, word)) {
      free.add(word.number);
    }
  }

  /** Whether that word's lease is not over yet. */
  public boolean has(SharedWord word) {
    return inUse.get(word.number) == word;
  }

  /** How many words leases have. */
  public int inUse() {
    return inUse.size();
  }

  /** A word of a lease whose uses the client counts. */
  public static final class SharedWord extends PageWord implements UseWord {
    /** A count of a word that makes no sense: more than any that does. */
    private static final long HELD = 1L << 32;

    /** How often a use is tried that the client's own operations get in the way of. */
    private static final int TRIES = 64;

    private final ClientWords words;
    private final int number;
    private final int tag;

    /** What is added to {@link System#nanoTime} to get the broker's time. */
    private long offsetNanos;

    private volatile boolean dead;

    // What was seen at the last look at the hints.
    private volatile long begunSeen;
    private volatile long ownSeen;
    private volatile long sinceNanos;

    private SharedWord(ClientWords words, int number, int tag) {
      super(words.page, number);
      this.words = words;
      this.number = number;
      this.tag = tag;
    }

    /** Which word of the page it is. */
    public int number() {
      return number;
    }

    /** Which opening of that word. */
    public int tag() {
      return tag;
    }

    /** No use of the client's goes on any more, whatever the word says. */
    public void die() {
      dead = true;
    }

    /**
     * {@inheritDoc} The low bits are replaced by adding what they differ by, so a count that is on
     * its way back to zero stays what it is, and a client that changes the word at this moment
     * spoils it for itself alone.
     */
    @Override
    public void start(boolean open, long nowNanos) {
      long low = look() & PageWord.LOW;
      long next = open ? PageWord.open(tag) : PageWord.shut(tag);
      offsetNanos = nowNanos - System.nanoTime();
      sinceNanos = nowNanos;
      begunSeen = begun();
      ownSeen = ownIn(look());
      long unused = add(PageWord.ONE + next - low);
    }

    @Override
    public boolean tryBegin(long nowNanos) {
      for (int tries = 0; tries < TRIES; tries++) {
        long seen = look();
        if (!isOpen(seen)) {
          return false;
        }
        if (change(seen, seen + PageWord.ONE)) {
          sinceNanos = nowNanos;
          return true;
        }
      }
      return false;
    }

    @Override
    public boolean isOpen(long seen) {
      return PageWord.saysOpen(seen) && PageWord.tagIn(seen) == tag && !dead;
    }

    @Override
    public long count(long seen) {
      if (seen == 0 || dead) {
        return 0;
      }
      return PageWord.tagIn(seen) == tag ? PageWord.countIn(seen) : HELD;
    }

    @Override
    public boolean tryEnd(long seen) {
      return change(seen, seen - PageWord.ONE);
    }

    @Override
    public void open() {
      setOpen();
    }

    @Override
    public void shut() {
      setShut();
    }

    /** {@inheritDoc} The client's hint counts only if it has begun uses since the last look. */
    @Override
    public long since() {
      long nowBegun = begun();
      long nowOwn = ownIn(look());
      if (nowBegun != begunSeen || nowOwn != ownSeen) {
        begunSeen = nowBegun;
        ownSeen = nowOwn;
        long age = Math.max(0, System.nanoTime() - time());
        long said = offsetNanos + System.nanoTime() - age;
        sinceNanos = said - sinceNanos > 0 ? said : sinceNanos;
      }
      return sinceNanos;
    }

    @Override
    public void end() {
      words.free(this);
    }

    @Override
    public String toString() {
      return "word " + number + " with the tag " + tag;
    }
  }
}
