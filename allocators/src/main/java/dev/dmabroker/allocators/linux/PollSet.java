package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A set of descriptors to wait for until they are readable, each with an item that it stands for,
 * in memory that ppoll reads. Adding and removing one take constant time and allocate nothing. Not
 * thread-safe.
 */
final class PollSet<T> implements AutoCloseable {

  /** The offset of the events in struct pollfd, poll.h. */
  private static final int EVENTS = 4;

  private static final int REVENTS = 6;

  private final Memory memory;
  private final ByteBuffer entries;
  private final @Nullable Object[] items;
  private int size;

  /**
   * Makes an empty set.
   *
   * @param capacity how many descriptors it can take
   * @throws OutOfMemoryError if there is no memory for that many
   */
  PollSet(int capacity) {
    items = new Object[capacity];
    memory = new Memory((long) capacity * LibC.POLLFD_BYTES);
    entries = memory.getByteBuffer(0, memory.size());
  }

  int capacity() {
    return items.length;
  }

  int size() {
    return size;
  }

  /** Adds a descriptor, at the end; there has to be room. */
  void add(int fd, T item) {
    items[size] = item;
    int at = size * LibC.POLLFD_BYTES;
    entries
        .putInt(at, fd)
        .putShort(at + EVENTS, (short) LibC.POLLIN)
        .putShort(at + REVENTS, (short) 0);
    size++;
  }

  /** Adds all of another set, in its order, and empties and closes the other set. */
  void takeAll(PollSet<T> other) {
    for (int at = 0; at < other.size; at++) {
      add(other.entries.getInt(at * LibC.POLLFD_BYTES), other.item(at));
    }
    other.size = 0;
    other.close();
  }

  @SuppressWarnings("unchecked") // The cast is safe: only objects of type T are added.
  T item(int at) {
    return (T) Objects.requireNonNull(items[at]);
  }

  /**
   * Removes one descriptor. The last one takes its place, so a loop that removes some descriptors
   * has to run from the end.
   */
  void remove(int at) {
    size--;
    entries.putLong(at * LibC.POLLFD_BYTES, entries.getLong(size * LibC.POLLFD_BYTES));
    items[at] = items[size];
    items[size] = null;
  }

  /**
   * Waits until one descriptor is readable or has failed; a signal may also end the wait.
   *
   * @throws HeapException if the kernel refuses to wait
   */
  void await() throws HeapException {
    if (LibC.calls().ppoll(Pointer.nativeValue(memory), size, 0, 0) != -1) {
      return;
    }
    Errno errno = Errno.last();
    for (int at = 0; at < size; at++) {
      // The kernel has written nothing, and the results there are of an earlier wait.
      entries.putShort(at * LibC.POLLFD_BYTES + REVENTS, (short) 0);
    }
    if (!errno.equals(Errno.EINTR)) {
      throw errno.failure("waiting for " + size + " descriptors");
    }
  }

  /** The results of the last wait: 0, or flags as POLLIN and POLLERR. */
  int results(int at) {
    return entries.getShort(at * LibC.POLLFD_BYTES + REVENTS);
  }

  @Override
  public void close() {
    memory.close();
  }
}
