package dev.dmabroker.devices;

import com.sun.jna.Pointer;

/**
 * An open device node, as far as this package talks to one. An interface, so that tests can play a
 * driver. Thread-safe.
 */
interface Node extends AutoCloseable {

  /** For errors: the path that was opened. */
  String name();

  /**
   * The descriptor, which stays the node's.
   *
   * @throws IllegalStateException if the node is closed
   */
  int fd();

  /**
   * Makes a call, again if a signal interrupts it.
   *
   * @return 0 or more: what the call answered; less: the error number, negated
   * @throws IllegalStateException if the node is closed
   */
  int tryIoctl(long request, Pointer argument);

  /**
   * Waits for events.
   *
   * @param deadlineNanos by {@link System#nanoTime}
   * @return whether there are any at the deadline, errors among them
   * @throws IllegalStateException if the node is closed
   */
  boolean poll(int events, long deadlineNanos);

  /** Closes the descriptor. A second call does nothing. */
  @Override
  void close();

  /** Makes a call, and throws if it fails; returns what it answered. */
  default int ioctl(String call, long request, Pointer argument) {
    int result = tryIoctl(request, argument);
    if (result < 0) {
      throw new DeviceException(call, name(), -result);
    }
    return result;
  }
}
