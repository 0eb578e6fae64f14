package dev.dmabroker.spi;

import dev.dmabroker.spec.SyncFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Waits for sync files, and watches paths. One thread waits for all of them, and it exists only
 * while there are any. Thread-safe. The broker takes the poller that {@link
 * java.util.ServiceLoader} finds, of several the first by class name, when the first fence comes,
 * unless the application gave it one.
 */
public interface FencePoller extends AutoCloseable {

  /**
   * Takes over the descriptor and closes it once the fence has signalled. A fence that never
   * signals is kept. Does not wait for the fence.
   *
   * @param fence the fence to wait for
   * @param whenSignalled called once, from the poller's thread, with the positive errno of the work
   *     behind the fence, or empty if the work succeeded; must not block; what it throws is logged
   * @throws HeapException if the descriptor is not one of a sync file, or cannot be watched; the
   *     descriptor is still the caller's then, and {@code whenSignalled} is not called
   */
  void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException;

  /**
   * Watches paths from now on, until the poller is closed: nodes, and folders of nodes. A path need
   * not exist, and its folder need not either. Takes no thread besides the one that waits for
   * fences, which lives as long as paths are watched. Does not wait for anything to happen.
   *
   * @param paths the paths
   * @param whenChanged called from the poller's thread after something appeared, ended or changed
   *     its permissions at a path, or in a folder that is one of the paths; it may be called more
   *     often than that, and once for many changes; must not block; what it throws is logged
   * @throws HeapException if the paths cannot be watched, with the reason
   */
  default void watchPaths(Set<Path> paths, Runnable whenChanged) throws HeapException {
    throw new HeapException(HeapException.Kind.FAILED, "this poller watches fences alone");
  }

  /**
   * Tells when a fence signalled. The descriptor stays the caller's. The broker asks only if it
   * {@linkplain dev.dmabroker.BrokerBuilder#checkAccess checks access}. Does not block.
   *
   * @param fence the fence
   * @return the time as {@link System#nanoTime} counts it; empty if the fence has not signalled, or
   *     if the time is not known
   * @throws HeapException if the descriptor is not one of a sync file
   */
  default OptionalLong signalledNanos(SyncFile fence) throws HeapException {
    return OptionalLong.empty();
  }

  /**
   * Closes the descriptor of a fence that is not waited for any more. Never throws.
   *
   * @param fence the fence, whose descriptor is closed
   */
  void discard(SyncFile fence);

  /** {@return the number of fences that have not signalled yet} */
  int pending();

  /**
   * {@return the reason why fences are not waited for at the moment though some are pending; empty
   * if they are waited for}
   */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /**
   * Refuses further fences. The poller goes on to wait for the fences that it has; its thread ends
   * with the last of them. A second call does nothing.
   */
  @Override
  void close();
}
