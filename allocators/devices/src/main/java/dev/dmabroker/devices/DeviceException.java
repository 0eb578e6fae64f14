package dev.dmabroker.devices;

import dev.dmabroker.allocators.linux.Errno;

/** A device node refused a call: typed by the call that failed and its error number. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** As {@link #call()}. */
  private final String call;

  /** As {@link #node()}. */
  private final String node;

  /** As {@link #errno()}. */
  private final int errno;

  DeviceException(String call, String node, int errno) {
    super("%s on %s: %s".formatted(call, node, new Errno(errno)));
    this.call = call;
    this.node = node;
    this.errno = errno;
  }

  /**
   * {@return the call that failed: "open", "poll", or the name of an ioctl such as "VIDIOC_QBUF"}
   */
  public String call() {
    return call;
  }

  /** {@return the path of the node} */
  public String node() {
    return node;
  }

  /** {@return the number of the error as {@code errno.h} has it} */
  public int errno() {
    return errno;
  }

  /** {@return the name of the error as {@code errno.h} has it, such as "EFAULT"} */
  public String errnoName() {
    return new Errno(errno).name();
  }

  /**
   * {@return whether the node is not there any more: the device unplugged, or its descriptor
   * closed}
   */
  public boolean isGone() {
    return errno == Errno.ENODEV.code() || errno == Errno.EBADF.code();
  }
}
