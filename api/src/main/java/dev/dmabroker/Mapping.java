package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;

/**
 * One device's right to use a buffer for a finite time: while it is open the memory stays where it
 * is. May be closed from any thread. Not for implementation outside the broker.
 */
public interface Mapping extends AutoCloseable {

  /**
   * The descriptor of the memory, borrowed: valid until this mapping is closed and not to be closed
   * by the caller. It is close-on-exec.
   *
   * @throws DescriptorException if the memory has none, being a user's own ({@link Broker#adopt});
   *     a device that needs one says so by {@link
   *     dev.dmabroker.spec.ConstraintsBuilder#deviceAccess}
   * @throws ClosedException if this mapping is closed
   */
  int fd();

  /**
   * A descriptor of the caller's own, close-on-exec. The memory it stands for lives until it is
   * closed, but is no longer the buffer's once the buffer has moved.
   *
   * @throws ClosedException if this mapping is closed
   * @throws DescriptorException if the process has no descriptor left, or the memory has none
   */
  int dupFd();

  /** How the contents lie in the memory. */
  Layout layout();

  /** The heap that the memory lies in. */
  String heapName();

  /** Bytes allocated, at least those of the layout. */
  long sizeBytes();

  /**
   * Counts the places that the buffer has had, from 1. An importer that caches by descriptor has to
   * key its cache by this number, as descriptor numbers come back.
   */
  long generation();

  /** What the mapping was made for. */
  Access access();

  /** Whether neither {@link #close} nor {@link #closeAfter} has been called. */
  boolean isOpen();

  /**
   * Begins CPU access with this mapping's access. May block in the kernel until caches are coherent
   * and implicit fences have signalled.
   *
   * @throws UndeclaredAccessException if the heap's memory is out of the CPU's reach
   * @throws CpuAccessException if the kernel refuses
   * @throws ClosedException if this mapping is closed
   */
  CpuView cpuView();

  /**
   * Gives the right back once the fence signals: for a device whose work on the memory has been
   * queued and goes on. From now on this mapping counts as closed for its user, who must not use
   * its descriptor any more; the memory stays in place until the fence has signalled, and a move
   * that the mapping holds up waits no longer than for any other. A fence that never signals keeps
   * the memory. A fence that signals an error ends the mapping too, and listeners are told. Does
   * not block.
   *
   * @param fence whose descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or nothing here can wait
   *     for one; the mapping is open and the descriptor the caller's then
   * @throws ClosedException if this mapping is closed; the descriptor is still the caller's
   */
  void closeAfter(SyncFile fence);

  /** Gives the right back. Never blocks for longer than a hand-over; a second call does nothing. */
  @Override
  void close();
}
