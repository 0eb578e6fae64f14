package dev.dmabroker.devices;

import dev.dmabroker.Attachment;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Subscription;
import dev.dmabroker.allocators.linux.FileId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a driver made of memory that it imported, such as a framebuffer or an image of a
 * graphics API, so that memory that comes again is not imported again. An import is dropped
 *
 * <ul>
 *   <li>when the buffer is used in another place, and, if the loan tells its {@link
 *       Loan#attachment}, at once when the buffer has moved;
 *   <li>after {@value #KEPT_USES} uses of other memory, which covers memory that has ended
 *       otherwise;
 *   <li>by {@link #dropUnused} and {@link #close}.
 * </ul>
 *
 * <p>An import that is in use is dropped when its last use ends. Until an import is dropped it
 * keeps the memory, also memory that the buffer has left.
 *
 * <p>Memory is told apart by its attachment and {@link MappedMemory#generation}. A loan without an
 * attachment, such as a stream's frame, is told by the inode of its descriptor and the generation,
 * which takes a system call for each use. No number of a descriptor is relied on, as the system
 * gives it out again.
 *
 * <p>Thread-safe. The importer is called with a lock held, by one thread at a time. That lets it
 * count what the kernel does not, such as the users of a GEM handle.
 *
 * @param <I> what the driver makes of memory
 */
public final class ImportCache<I> implements AutoCloseable {
  /** How many uses of other memory an import outlasts that is not used itself. */
  public static final int KEPT_USES = 64;

  private final Importer<I> importer;

  // Guarded by the monitor of this object.
  private final Map<Object, Kept<I>> kept = new LinkedHashMap<>(); // The longest unused is first.
  private long uses;
  private boolean closed;

  /**
   * Imports memory into a driver. Called by one thread at a time.
   *
   * @param <I> what the driver makes of memory
   */
  public interface Importer<I> {
    /**
     * Imports memory. The import has to keep the memory alive, as a driver's import of a dma-buf
     * does: other memory could get the inode otherwise.
     *
     * @param memory the memory, which stays in its place during the call
     * @return what the driver made of it
     */
    I open(MappedMemory memory);

    /**
     * Has the driver forget an import, which is not in use.
     *
     * @param imported what {@link #open} returned
     */
    void close(I imported);
  }

  /** An import, and how it is used. Its fields are guarded by the cache's monitor. */
  private static final class Kept<I> {
    final I imported;
    final long generation;
    int users;
    long lastUse;
    boolean dropped;
    @Nullable Subscription moves;

    Kept(I imported, long generation) {
      this.imported = imported;
      this.generation = generation;
    }
  }

  /**
   * Makes a cache without imports.
   *
   * @param importer makes the imports, and ends them
   */
  public ImportCache(Importer<I> importer) {
    this.importer = importer;
  }

  /**
   * Imports what is lent, unless it is imported already.
   *
   * @param loan the memory, which has to be open until this returns; it stays the caller's
   * @return a use of the import, which the caller closes once the driver does not use it any more
   * @throws IllegalStateException if the cache is closed, or the memory cannot be told apart from
   *     other memory: its descriptor is not open, or /proc is not there
   * @throws RuntimeException what the importer throws, be it at this import or at an import that is
   *     dropped now; nothing is used then
   */
  public synchronized Use<I> use(Loan loan) {
    if (closed) {
      throw new IllegalStateException("the cache of imports is closed");
    }
    MappedMemory memory = loan.memory();
    Object key = loan.attachment().map(Object.class::cast).orElseGet(() -> file(memory.fd()));
    long generation = memory.generation();
    dropIf(each -> each.users == 0 && each.lastUse + KEPT_USES < uses);
    Kept<I> found = kept.get(key);
    if (found != null && found.generation != generation) {
      drop(key, found);
      found = null;
    }
    if (found == null) {
      found = open(memory, generation, key, loan.attachment());
    }
    kept.remove(key);
    kept.put(key, found); // Behind those that have not been used for longer.
    found.users++;
    found.lastUse = ++uses;
    return new Use<>(this, found);
  }

  private static FileId file(int fd) {
    return FileId.of(fd)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "descriptor %d is not open, or /proc is not there: its memory has no identity"
                        .formatted(fd)));
  }

  private Kept<I> open(
      MappedMemory memory, long generation, Object key, Optional<Attachment> attachment) {
    Kept<I> made = new Kept<>(importer.open(memory), generation);
    try {
      made.moves = attachment.map(it -> it.onMove(newest -> moved(key, made, newest))).orElse(null);
    } catch (Throwable t) {
      importer.close(made.imported);
      throw t;
    }
    return made;
  }

  private synchronized void moved(Object key, Kept<I> stale, long newest) {
    if (stale.generation < newest && kept.get(key) == stale) {
      drop(key, stale);
    }
  }

  /** {@return how many imports there are that have not been dropped} */
  public synchronized int count() {
    return kept.size();
  }

  /**
   * Drops every import that is not in use.
   *
   * @throws RuntimeException the first that the importer throws; all are dropped even so
   */
  public synchronized void dropUnused() {
    dropIf(each -> each.users == 0);
  }

  /**
   * Drops every import, those in use when their last use ends, and refuses further uses. A second
   * call does nothing.
   *
   * @throws RuntimeException the first that the importer throws; all are dropped even so
   */
  @Override
  public synchronized void close() {
    closed = true;
    dropIf(each -> true);
  }

  /** Each that is wanted, whatever befalls the others. */
  private void dropIf(Predicate<Kept<I>> wanted) {
    RuntimeException failure = null;
    for (Map.Entry<Object, Kept<I>> each : List.copyOf(kept.entrySet())) {
      try {
        if (wanted.test(each.getValue())) {
          drop(each.getKey(), each.getValue());
        }
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void drop(Object key, Kept<I> dropped) {
    kept.remove(key);
    dropped.dropped = true;
    if (dropped.moves != null) {
      dropped.moves.close();
    }
    closeIfOver(dropped);
  }

  private void closeIfOver(Kept<I> each) {
    if (each.dropped && each.users == 0) {
      importer.close(each.imported);
    }
  }

  private synchronized void end(Kept<I> used) {
    used.users--;
    closeIfOver(used);
  }

  /**
   * One use of an import, during which the driver keeps it. Thread-safe.
   *
   * @param <I> what the driver makes of memory
   */
  public static final class Use<I> implements AutoCloseable {
    private final ImportCache<I> cache;
    private @Nullable Kept<I> used; // Guarded by this object's monitor.
    private final I imported;

    Use(ImportCache<I> cache, Kept<I> used) {
      this.cache = cache;
      this.used = used;
      this.imported = used.imported;
    }

    /** {@return what the driver made of the memory; the right to it ends with the use} */
    public I imported() {
      return imported;
    }

    /**
     * Ends the use. A second call does nothing.
     *
     * @throws RuntimeException what the importer throws, if the import is dropped now
     */
    @Override
    public void close() {
      Kept<I> ending;
      synchronized (this) {
        ending = used;
        used = null;
      }
      if (ending != null) {
        cache.end(ending);
      }
    }
  }
}
