package dev.dmabroker.devices;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.dmabroker.allocators.linux.Errno;
import java.util.Set;
import java.util.stream.Stream;

/** A device node refused a call: typed by the call that failed and its error number. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Set<Integer> PASSING =
      Stream.of(Errno.EAGAIN, Errno.EBUSY, Errno.EINTR, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)
          .map(Errno::code)
          .collect(toUnmodifiableSet());

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
   * {@return whether the reason may pass although the application changes nothing, so that trying
   * again can help, as with {@link dev.dmabroker.BrokerException#isTransient}: the node is busy
   * with another program, or memory or descriptors are used up for now}
   */
  public boolean isTransient() {
    return PASSING.contains(errno);
  }

  /**
   * {@return whether the node is not there any more: the device unplugged, or its descriptor
   * closed}
   */
  public boolean isGone() {
    return errno == Errno.ENODEV.code() || errno == Errno.EBADF.code();
  }
}
