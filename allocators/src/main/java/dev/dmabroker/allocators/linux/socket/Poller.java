package dev.dmabroker.allocators.linux.socket;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Waits for many descriptors in one thread, which is the caller's (epoll(7)). What happens to a
 * descriptor is told to its {@link Watcher} in that thread; a watcher must not block. Descriptors
 * may be added and removed by any thread.
 */
public final class Poller implements AutoCloseable {
  /** What is waited for. */
  public static final int READABLE = SocketCalls.EPOLLIN;

  /** What is waited for. */
  public static final int WRITABLE = SocketCalls.EPOLLOUT;

  /**
   * Each time that something comes, instead of while something is there: a descriptor that is never
   * read tells of each new write.
   */
  public static final int EACH_TIME = SocketCalls.EPOLLET;

  private static final int EVENTS = 64;

  /** Linux packs struct epoll_event on x86-64 alone: u32 events; u64 data (sys/epoll.h). */
  private static final int DATA =
      System.getProperty("os.arch", "").equals("amd64") ? Integer.BYTES : Long.BYTES;

  private static final int EVENT_BYTES = DATA + Long.BYTES;

  /** Is told what happened to a descriptor. */
  @FunctionalInterface
  public interface Watcher {
    /** Something has happened. May not block. */
    void ready(int events);
  }

  private final Fd epoll;
  private final Fd wake;
  private final Memory events = new Memory((long) EVENTS * EVENT_BYTES);
  private final AtomicLong lastKey = new AtomicLong();
  private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /**
   * A descriptor that is watched. It stays open while it is.
   *
   * @param key identifies it in the kernel's answers: a number that is not used again, so that an
   *     answer for a descriptor that was removed meanwhile reaches no other one's watcher
   */
  private record Watch(long key, Fd.Use use, Watcher watcher) {}

  /** Ends the watch of a descriptor. */
  public final class Registration implements AutoCloseable {
    private final long key;

    private Registration(long key) {
      this.key = key;
    }

    /** Waits for other things from now on. */
    public void await(int what) {
      Watch watch = watches.get(key);
      if (watch != null) {
        control(SocketCalls.EPOLL_CTL_MOD, watch.use.number(), what, key);
      }
    }

    /**
     * Ends the watch. It is taken out of the set before the descriptor may be closed: a copy of the
     * descriptor elsewhere would go on telling of it otherwise.
     */
    @Override
    public void close() {
      Watch watch = watches.remove(key);
      if (watch != null) {
        control(SocketCalls.EPOLL_CTL_DEL, watch.use.number(), 0, key);
        watch.use.close();
      }
    }
  }

  /**
   * Makes a poller without descriptors.
   *
   * @throws SocketFailure if the process has no descriptor left
   */
  public Poller() throws SocketFailure {
    int number = SocketCalls.epoll_create1(SocketCalls.EPOLL_CLOEXEC);
    if (number < 0) {
      throw SocketFailure.of("epoll_create1", Errno.last(), "");
    }
    epoll = new Fd(number, "the poller");
    try {
      wake = Doorbell.create("what wakes the poller");
    } catch (SocketFailure | RuntimeException | Error e) {
      epoll.close();
      throw e;
    }
    Registration unused = watch(wake, READABLE | EACH_TIME, nothing -> {});
  }

  /**
   * Watches a descriptor.
   *
   * @param what {@link #READABLE} and others, added; that it has failed or ended is always told
   * @throws SocketFailure if the descriptor is closed, or cannot be polled
   */
  public Registration watch(Fd fd, int what, Watcher watcher) throws SocketFailure {
    try {
      Fd.Use use = fd.use();
      long key = lastKey.incrementAndGet();
      watches.put(key, new Watch(key, use, watcher));
      Errno errno = control(SocketCalls.EPOLL_CTL_ADD, use.number(), what, key);
      if (errno != null) {
        watches.remove(key);
        use.close();
        throw SocketFailure.of("watching " + fd, errno, "");
      }
      return new Registration(key);
    } catch (HeapException closed) {
      throw new SocketFailure(fd + " is closed");
    }
  }

  private @org.jspecify.annotations.Nullable Errno control(
      int operation, int fd, int what, long key) {
    try (Memory event = new Memory(EVENT_BYTES);
        Fd.Use use = epoll.use()) {
      event.setInt(0, what);
      event.setLong(DATA, key);
      return SocketCalls.epoll_ctl(use.number(), operation, fd, Pointer.nativeValue(event)) == 0
          ? null
          : Errno.last();
    } catch (HeapException closed) {
      return Errno.EBADF;
    }
  }

  /** Has the poller's thread do something soon. It must not block. */
  public void execute(Runnable task) {
    tasks.add(task);
    Doorbell.ring(wake);
  }

  /**
   * Waits once and tells the watchers; does the tasks that there are.
   *
   * @param timeoutMillis the longest wait; -1 for no limit
   * @return whether the poller goes on: false once it is closed
   */
  public boolean round(int timeoutMillis) throws SocketFailure {
    try (Fd.Use use = epoll.use()) {
      int count = await(use.number(), tasks.isEmpty() ? timeoutMillis : 0);
      for (int at = 0; at < count; at++) {
        Watch watch = watches.get(events.getLong((long) at * EVENT_BYTES + DATA));
        if (watch != null) {
          watch.watcher.ready(events.getInt((long) at * EVENT_BYTES));
        }
      }
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      return true;
    } catch (HeapException closed) {
      return false;
    }
  }

  /**
   * Waits for events. What wakes the poller stays open meanwhile: it may be rung and closed just
   * before the wait, and a descriptor that is closed gives no event.
   */
  private int await(int set, int timeoutMillis) throws SocketFailure, HeapException {
    Fd.Use awake = wake.use();
    try {
      int count = SocketCalls.epoll_wait(set, Pointer.nativeValue(events), EVENTS, timeoutMillis);
      Errno errno = count < 0 ? Errno.last() : Errno.EINTR;
      if (!errno.equals(Errno.EINTR)) {
        throw SocketFailure.of("epoll_wait", errno, "");
      }
      return count;
    } finally {
      awake.close();
    }
  }

  /** Ends all watches. The thread that waits returns. */
  @Override
  public void close() {
    epoll.close();
    Doorbell.ring(wake);
    watches.values().forEach(watch -> new Registration(watch.key()).close());
    wake.close();
  }
}
