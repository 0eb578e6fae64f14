package dev.dmabroker;

/**
 * One device's right to use a buffer for a finite time: while it is open the memory stays where it
 * is. May be closed from any thread. Not for implementation outside the broker.
 */
public interface Mapping extends AutoCloseable {

  /**
   * The descriptor of the memory, borrowed: valid until this mapping is closed and not to be closed
   * by the caller. It is close-on-exec.
   *
   * @throws ClosedException if this mapping is closed
   */
  int fd();

  /**
   * A descriptor of the caller's own, close-on-exec. The memory it stands for lives until it is
   * closed, but is no longer the buffer's once the buffer has moved.
   *
   * @throws ClosedException if this mapping is closed
   * @throws DescriptorException if the process has no descriptor left
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

  /** Whether {@link #close} has not been called. */
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

  /** Gives the right back. Never blocks for longer than a hand-over; a second call does nothing. */
  @Override
  void close();
}
