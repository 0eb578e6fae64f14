package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a system call failed.
 *
 * @param code the kernel's number, as in asm-generic
 */
public record Errno(int code) {
  private static final Map<Integer, String> NAMES = new HashMap<>();

  public static final Errno EPERM = named(1, "EPERM, not permitted");
  public static final Errno ENOENT = named(2, "ENOENT, no such file");
  public static final Errno EINTR = named(4, "EINTR, interrupted by a signal");
  public static final Errno EIO = named(5, "EIO, the device failed");
  public static final Errno ENXIO = named(6, "ENXIO, no such device or address");
  public static final Errno EBADF = named(9, "EBADF, not an open descriptor");
  public static final Errno EAGAIN = named(11, "EAGAIN, try again");
  public static final Errno ENOMEM = named(12, "ENOMEM, out of memory");
  public static final Errno EACCES = named(13, "EACCES, permission denied");
  public static final Errno EFAULT = named(14, "EFAULT, bad address");
  public static final Errno EBUSY = named(16, "EBUSY, in use");
  public static final Errno EEXIST = named(17, "EEXIST, it exists already");
  public static final Errno ENODEV = named(19, "ENODEV, no such device");
  public static final Errno ENOTDIR = named(20, "ENOTDIR, not a folder");
  public static final Errno EINVAL = named(22, "EINVAL, invalid argument");
  public static final Errno ENFILE = named(23, "ENFILE, the system has no descriptor left");
  public static final Errno EMFILE = named(24, "EMFILE, the process has no descriptor left");
  public static final Errno ENOTTY = named(25, "ENOTTY, the file does not know the request");
  public static final Errno EFBIG = named(27, "EFBIG, file too large");
  public static final Errno ENOSPC = named(28, "ENOSPC, no space left");
  public static final Errno EPIPE = named(32, "EPIPE, the other end is gone");
  public static final Errno EDOM = named(33, "EDOM, outside the domain");
  public static final Errno ERANGE = named(34, "ERANGE, out of range");
  public static final Errno ENOSYS = named(38, "ENOSYS, the kernel does not know the call");
  public static final Errno ENODATA = named(61, "ENODATA, no data");
  public static final Errno ENOLINK = named(67, "ENOLINK, no link");
  public static final Errno EPROTO = named(71, "EPROTO, a protocol error");
  public static final Errno EOVERFLOW = named(75, "EOVERFLOW, too large a value");
  public static final Errno EOPNOTSUPP = named(95, "EOPNOTSUPP, not supported");
  public static final Errno ECONNABORTED = named(103, "ECONNABORTED, the client gave up");
  public static final Errno ECONNRESET = named(104, "ECONNRESET, the other end is gone");
  public static final Errno ENOBUFS = named(105, "ENOBUFS, no buffer left");
  public static final Errno ETOOMANYREFS =
      named(109, "ETOOMANYREFS, too many descriptors are under way");
  public static final Errno ETIMEDOUT = named(110, "ETIMEDOUT, it took too long");
  public static final Errno ECONNREFUSED = named(111, "ECONNREFUSED, no process listens");

  private static Errno named(int code, String text) {
    NAMES.put(code, text);
    return new Errno(code);
  }

  /** The reason why this thread's last call failed. Read it only after a call that returned -1. */
  public static Errno last() {
    return new Errno(Native.getLastError());
  }

  /** The name that {@code errno.h} has for it, or "errno 123" for one that is not known here. */
  public String name() {
    String text = toString();
    int comma = text.indexOf(',');
    return comma < 0 ? text : text.substring(0, comma);
  }

  /** The kind of refusal that this is, for a call that allocates. */
  Kind kind() {
    if (equals(ENOMEM) || equals(ENOSPC) || equals(ENOBUFS)) {
      return Kind.FULL;
    }
    if (equals(EFBIG)) {
      return Kind.TOO_LARGE;
    }
    if (equals(EMFILE) || equals(ENFILE)) {
      return Kind.NO_DESCRIPTORS;
    }
    if (equals(EACCES) || equals(EPERM)) {
      return Kind.NO_PERMISSION;
    }
    return Kind.FAILED;
  }

  /**
   * Makes an exception for this reason.
   *
   * @param asked what was asked, and what for, as in {@code memfd_create for frame-7}
   */
  public HeapException failure(String asked) {
    return new HeapException(kind(), asked + " failed: " + this + help());
  }

  private String help() {
    // No switch: javac makes a class for one over an enum, and loading it may take a descriptor.
    Kind kind = kind();
    if (kind == Kind.FULL) {
      return "; release buffers, or use another heap";
    }
    if (kind == Kind.NO_DESCRIPTORS) {
      return "; close buffers or duplicates, or raise the limit (ulimit -n, fs.file-max)";
    }
    if (equals(EBADF)) {
      return "; give a descriptor that is open in this process, and keep it open meanwhile";
    }
    return "";
  }

  /**
   * Compares the numbers. It is written out, because the JVM makes the equals of a record at its
   * first call, which takes milliseconds when a program starts, and memory and a descriptor, which
   * there may be none of when a call has failed.
   */
  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Errno other && code == other.code;
  }

  @Override
  public int hashCode() {
    return code;
  }

  @Override
  public String toString() {
    return NAMES.getOrDefault(code, "errno " + code);
  }
}
