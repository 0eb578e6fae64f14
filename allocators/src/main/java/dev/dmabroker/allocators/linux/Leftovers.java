package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Lingering;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The memory of one heap that another process or a driver held when it was given back. This object
 * remembers the files of that memory, and asks the system which of them still exist when it is
 * asked to {@link #look}. Thread-safe.
 *
 * <p>A file that is gone is forgotten when it is looked for, and a file that was shown to live has
 * memory of its own. The files are looked for also when more than twice as many are remembered as
 * lived last time. So this object never grows beyond the memory that it tells of.
 */
public final class Leftovers {

  private static final int FIRST_LOOK = 64;

  private final LiveFiles files;
  private final Set<Leftover> all = ConcurrentHashMap.newKeySet();
  private volatile int lookAbove = FIRST_LOOK;

  /** Makes an empty set of leftovers. */
  public Leftovers() {
    this(LiveFiles.OF_THIS_SYSTEM);
  }

  Leftovers(LiveFiles files) {
    this.files = files;
  }

  /** Remembers one file. This takes next to no time, or milliseconds now and then. */
  void add(Leftover leftover) {
    all.add(leftover);
    if (all.size() > lookAbove) {
      look();
    }
  }

  /**
   * The memory that lives on now, as far as that can be shown; see {@link LiveFiles} for the
   * limits. Takes milliseconds if there is anything to look for.
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

  /** The number of files that are remembered, alive or not. */
  int remembered() {
    return all.size();
  }

  /**
   * One allocation that was given back.
   *
   * @param dmaBuf whether it is a dma-buf, or else a memfd
   */
  record Leftover(FileId id, long sizeBytes, boolean dmaBuf) {}
}
