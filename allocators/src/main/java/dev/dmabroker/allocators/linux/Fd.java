package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Owns one descriptor, and closes it once.
 *
 * <p>The number of a descriptor that was closed goes to the next file that any thread opens. So a
 * system call on the number is made between {@link #use} and the end of that {@link Use}. After the
 * owner has called {@link #close()} no use begins, and the descriptor is closed when the last use
 * ends, in the thread that ends it; without a use under way it is closed at once. Nothing here
 * waits, because some system calls may not return for long. Thread-safe.
 */
public final class Fd implements AutoCloseable {

  /** What an owner does beside closing. Neither method may throw. */
  interface End {
    /** Does what needs the descriptor, which is open and in no other use. */
    default void before(int number) {}

    /** Does what needs the descriptor closed. */
    default void after() {}
  }

  /** The bit of {@link #state} that the owner sets. */
  private static final int CLOSED = Integer.MIN_VALUE;

  private final int number;
  private final String what;
  private final Use use = new Use();

  /** How many uses are under way, and whether the owner has closed this object. */
  private final AtomicInteger state = new AtomicInteger();

  /** Written before the owner's change of the state, and read after the last one. */
  private End end = new End() {};

  /**
   * Takes over a descriptor.
   *
   * @param what names the descriptor in errors
   */
  public Fd(int number, String what) {
    if (number < 0) {
      throw new IllegalArgumentException(number + " is no descriptor");
    }
    this.number = number;
    this.what = what;
  }

  /**
   * Opens a file, close-on-exec.
   *
   * @throws OpenFailure with the reason
   */
  static Fd open(Path path, int flags) throws OpenFailure {
    while (true) {
      int number = LibC.calls().open(text(path.toString()), flags | LibC.O_CLOEXEC, 0);
      if (number >= 0) {
        return new Fd(number, path.toString());
      }
      Errno errno = Errno.last();
      if (!errno.equals(Errno.EINTR)) {
        throw new OpenFailure(path, errno);
      }
    }
  }

  /** The text as C needs it, with a zero byte at the end. */
  public static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  /**
   * Makes a duplicate of a descriptor, close-on-exec.
   *
   * @param number stays the caller's
   * @param what names the duplicate in errors
   * @throws HeapException if the descriptor is not open, or the process has none left
   */
  public static Fd duplicateOf(int number, String what) throws HeapException {
    return new Fd(duplicate(number, "duplicating descriptor " + number + " for " + what), what);
  }

  private static int duplicate(int number, String asked) throws HeapException {
    int duplicate = LibC.calls().fcntl(number, LibC.F_DUPFD_CLOEXEC, 0);
    if (duplicate == -1) {
      throw Errno.last().failure(asked);
    }
    return duplicate;
  }

  /**
   * Begins a use of the descriptor, which has to end.
   *
   * @throws HeapException if the owner has closed it
   */
  public Use use() throws HeapException {
    int before;
    do {
      before = state.get();
      if (before < 0) {
        throw new HeapException(Kind.FAILED, what + " is closed");
      }
    } while (!state.compareAndSet(before, before + 1));
    return use;
  }

  /** A time in which the descriptor is open. */
  public final class Use implements AutoCloseable {
    private Use() {}

    /** The descriptor's number, for calls that are made in this use. */
    public int number() {
      return number;
    }

    /**
     * A duplicate, close-on-exec, owned by the caller.
     *
     * @throws HeapException if the process has no descriptor left
     */
    public int dup() throws HeapException {
      return duplicate(number, "duplicating the descriptor of " + what);
    }

    /** Ends the use. */
    @Override
    public void close() {
      if (state.decrementAndGet() == CLOSED) {
        closeNow();
      }
    }
  }

  /**
   * The descriptor's number, for a caller that knows how long the owner keeps it open.
   *
   * @throws IllegalStateException if it is closed, because its number may be another file's by now
   */
  int lend() {
    if (state.get() < 0) {
      throw new IllegalStateException(what + " is closed");
    }
    return number;
  }

  /** Closes the descriptor, now or when the last use ends; a second call does nothing. */
  @Override
  public void close() {
    if (state.getAndUpdate(now -> now | CLOSED) == 0) {
      closeNow();
    }
  }

  /**
   * Closes the descriptor as {@link #close()} does.
   *
   * @param also what else is done then; of an owner that calls this once
   */
  void close(End also) {
    end = also;
    close();
  }

  private void closeNow() {
    try {
      end.before(number);
    } finally {
      // Linux has closed it, whatever it answers; a second close could hit another thread's new
      // file.
      LibC.calls().close(number);
      end.after();
    }
  }

  @Override
  public String toString() {
    return what;
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
