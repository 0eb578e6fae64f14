package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Owns one descriptor and closes it once. Thread-safe. */
final class Fd implements AutoCloseable {

  private static final int CLOSED = -1;

  private final AtomicInteger fd;
  private final String what;

  /**
   * Takes over a descriptor.
   *
   * @param what names the descriptor in errors
   */
  Fd(int fd, String what) {
    if (fd < 0) {
      throw new IllegalArgumentException(fd + " is no descriptor");
    }
    this.fd = new AtomicInteger(fd);
    this.what = what;
  }

  /**
   * Opens a file, close-on-exec.
   *
   * @throws OpenFailure with the reason
   */
  static Fd open(Path path, int flags) throws OpenFailure {
    while (true) {
      int fd = LibC.calls().open(text(path.toString()), flags | LibC.O_CLOEXEC, 0);
      if (fd >= 0) {
        return new Fd(fd, path.toString());
      }
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw new OpenFailure(path, errno);
      }
    }
  }

  /** The text as C needs it, with a zero byte at the end. */
  static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /**
   * The descriptor's number. Use it only while no other thread can close this object.
   *
   * @throws IllegalStateException if it is closed, because its number may be another file's by now
   */
  int value() {
    int value = fd.get();
    if (value == CLOSED) {
      throw new IllegalStateException(what + " is closed");
    }
    return value;
  }

  /**
   * A duplicate, close-on-exec, owned by the caller.
   *
   * @throws HeapException if the process has no descriptor left
   */
  int dup() throws HeapException {
    int duplicate = LibC.calls().fcntl(value(), LibC.F_DUPFD_CLOEXEC, 0);
    if (duplicate == -1) {
      throw Errno.last().failure("duplicating the descriptor of " + what);
    }
    return duplicate;
  }

  /** Closes the descriptor; a second call does nothing. */
  @Override
  public void close() {
    int value = fd.getAndSet(CLOSED);
    if (value != CLOSED) {
      // Linux has closed it, whatever it answers; a second close could hit another thread's new
      // file.
      LibC.calls().close(value);
    }
  }

  /** Thrown when a file could not be opened. */
  static final class OpenFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Errno errno;

    OpenFailure(Path path, Errno errno) {
      super("opening " + path + " failed: " + errno);
      this.errno = errno;
    }

    Errno errno() {
      return errno;
    }
  }
}
