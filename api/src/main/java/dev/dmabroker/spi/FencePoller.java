package dev.dmabroker.spi;

import dev.dmabroker.spec.SyncFile;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Waits for sync files, all of them in one thread, which it has only while there are any.
 * Thread-safe. The broker takes the first one that {@link java.util.ServiceLoader} finds and asks
 * it when the first fence comes.
 */
public interface FencePoller extends AutoCloseable {

  /**
   * Takes over the descriptor and closes it once the fence has signalled; a fence that never
   * signals is kept.
   *
   * @param whenSignalled called once, from the poller's thread, with what the work behind the fence
   *     failed with as a positive errno, or empty if it succeeded; must not block; what it throws
   *     is logged
   * @throws HeapException if the descriptor is not one of a sync file, or cannot be watched; it is
   *     still the caller's then, and {@code whenSignalled} is not called
   */
  void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException;

  /** Closes the descriptor of a fence that nobody waits for any more. Never throws. */
  void discard(SyncFile fence);

  /** Fences that have not signalled yet. */
  int pending();

  /** Why fences are not waited for at the moment, though some are pending; empty if they are. */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /**
   * Refuses further fences. Those that are watched still are; the thread ends with the last of
   * them. A second call does nothing.
   */
  @Override
  void close();
}
