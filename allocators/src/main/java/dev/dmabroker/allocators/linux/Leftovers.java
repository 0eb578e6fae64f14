package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Lingering;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Memory of one heap that somebody else held when it was given back. Remembers which files those
 * are and asks the system which are still there when somebody wants to know. Thread-safe.
 *
 * <p>What is gone is forgotten when it is looked for, and what was shown to live has memory of its
 * own; to be looked for at times there only has to be more than twice as much as lived last time.
 * So this never grows beyond the memory that it tells of.
 */
public final class Leftovers {

  private static final int FIRST_LOOK = 64;

  private final LiveFiles files;
  private final Set<Leftover> all = ConcurrentHashMap.newKeySet();
  private volatile int lookAbove = FIRST_LOOK;

  /** None yet. */
  public Leftovers() {
    this(LiveFiles.OF_THIS_SYSTEM);
  }

  Leftovers(LiveFiles files) {
    this.files = files;
  }

  /** Remembers one. Takes no time to speak of, or milliseconds now and then. */
  void add(Leftover leftover) {
    all.add(leftover);
    if (all.size() > lookAbove) {
      look();
    }
  }

  /**
   * What lives on now, as far as it can be shown; see {@link LiveFiles} for what can. Takes
   * milliseconds if there is anything to look for.
   */
  public Lingering look() {
    Set<Leftover> before = new HashSet<>(all);
    if (before.isEmpty()) {
      return Lingering.NONE;
    }
    Set<Leftover> alive = files.among(before);
    before.removeAll(alive);
    all.removeAll(before);
    lookAbove = Math.max(FIRST_LOOK, 2 * alive.size());
    return new Lingering(alive.size(), alive.stream().mapToLong(Leftover::sizeBytes).sum());
  }

  /** How many are remembered, alive or not. */
  int remembered() {
    return all.size();
  }

  /**
   * Memory that was given back.
   *
   * @param dmaBuf whether it is a dma-buf, or else a memfd
   */
  record Leftover(FileId id, long sizeBytes, boolean dmaBuf) {}
}
