package dev.dmabroker.samples.devices;

import java.nio.file.Path;

/** A V4L2 node refused a call. */
public final class V4l2Exception extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** As {@link #call()}. */
  private final String call;

  /** As {@link #node()}. */
  private final String node;

  /** As {@link #errno()}. */
  private final int errno;

  V4l2Exception(String call, Path node, int errno) {
    super("%s on %s: %s (%s)".formatted(call, node, Errno.name(errno), Libc.strerror(errno)));
    this.call = call;
    this.node = node.toString();
    this.errno = errno;
  }

  /** The call that failed: "open", "poll", or the name of an ioctl such as "VIDIOC_QBUF". */
  public String call() {
    return call;
  }

  /** The path of the node. */
  public String node() {
    return node;
  }

  /** The number of the error as {@code errno.h} has it. */
  public int errno() {
    return errno;
  }

  /** The name of the error as {@code errno.h} has it, such as "EFAULT". */
  public String errnoName() {
    return Errno.name(errno);
  }
}
