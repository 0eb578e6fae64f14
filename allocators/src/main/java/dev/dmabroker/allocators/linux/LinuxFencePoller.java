package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for sync files in one daemon thread, {@code dmabroker-fences}, by ppoll. Besides sync files
 * it takes dma-bufs, see {@link KernelFences}, and until it is closed it watches paths, see {@link
 * NodeWatch}. The cost of a wait grows in proportion to the fences that are pending.
 *
 * <p>If a descriptor is closed while it is watched, or is another file's by then, its watch ends
 * with EBADF, because the fence cannot be waited for any more.
 *
 * <p>Each thread has a {@link Waiter} of its own. Under the lock a fence is either added to the
 * waiter of the running thread, or a new thread is made with it; and under the lock a thread that
 * has found nothing more to wait for takes its waiter out. So no fence is added to a thread that
 * ends. All memory that a wait may need is allocated when the fence is added, where the caller that
 * adds it can be told of a lack of memory.
 */
public final class LinuxFencePoller implements FencePoller {

  private static final System.Logger LOG = System.getLogger(LinuxFencePoller.class.getName());
  private static final String THREAD = "dmabroker-fences";
  private static final int FIRST_CAPACITY = 64;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final FenceKind kind;
  private final Object lock = new Object();

  // The lock guards these, and the fields of waiters that say so.
  private @Nullable Waiter waiter;
  private int pending;
  private boolean closed;

  /** The failure of the last round; null if it did not fail. */
  private volatile @Nullable Throwable trouble;

  /** Makes a poller for sync files. Makes no system call. */
  public LinuxFencePoller() {
    this(new KernelFences());
  }

  LinuxFencePoller(FenceKind kind) {
    this.kind = kind;
  }

  /** {@inheritDoc} Makes a system call or two, and never blocks for longer. */
  @Override
  public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) throws HeapException {
    Objects.requireNonNull(whenSignalled, "whenSignalled");
    int fd = fence.fd();
    NativeAccess.require();
    kind.check(fd);
    add(new Watch(fd, whenSignalled), "fence " + fd);
  }

  /** {@inheritDoc} Each call takes a descriptor, and a watch of inotify for each folder. */
  @Override
  public void watchPaths(Set<Path> paths, Runnable whenChanged) throws HeapException {
    Objects.requireNonNull(whenChanged, "whenChanged");
    NativeAccess.require();
    NodeWatch nodes = NodeWatch.of(paths);
    try {
      add(new Nodes(nodes, whenChanged), paths.toString());
    } catch (HeapException | RuntimeException | Error e) {
      nodes.close();
      throw e;
    }
  }

  private void add(Watched watched, String what) throws HeapException {
    try {
      synchronized (lock) {
        if (closed) {
          throw new HeapException(Kind.FAILED, what + " cannot be watched: the poller is closed");
        }
        Waiter running = waiter;
        if (running == null) {
          waiter = start(watched);
        } else {
          running.add(watched);
        }
        pending += watched.isFence() ? 1 : 0;
      }
    } catch (OutOfMemoryError e) {
      throw new HeapException(
          Kind.FULL,
          what + " cannot be watched, for want of memory or of threads: " + e.getMessage(),
          e);
    }
  }

  private Waiter start(Watched first) throws HeapException {
    int wake = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK);
    if (wake == -1) {
      throw Errno.last().failure("eventfd for the thread that waits for fences");
    }
    try {
      Waiter made = new Waiter(wake, first);
      Thread thread = new Thread(null, made, THREAD, 0, false);
      thread.setDaemon(true);
      thread.start();
      return made;
    } catch (RuntimeException | Error e) {
      LibC.calls().close(wake);
      throw e;
    }
  }

  /** {@inheritDoc} Makes a system call or two, and never blocks for longer. */
  @Override
  public OptionalLong signalledNanos(SyncFile fence) throws HeapException {
    NativeAccess.require();
    kind.check(fence.fd());
    return kind.signalledNanos(fence.fd());
  }

  @Override
  public void discard(SyncFile fence) {
    LibC.calls().close(fence.fd());
  }

  @Override
  public int pending() {
    synchronized (lock) {
      return pending;
    }
  }

  @Override
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble).map(it -> "waiting for fences failed with " + it);
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (waiter != null) {
        waiter.wake(); // It waits for fences alone from now on.
      }
    }
  }

  /** What is waited for. */
  private sealed interface Watched permits Watch, Nodes {
    int fd();

    default boolean isFence() {
      return this instanceof Watch;
    }
  }

  /** A fence, and the callback to call when it signals. */
  private record Watch(int fd, Consumer<OptionalInt> whenSignalled) implements Watched {}

  /** Paths at which nodes come and go, and the callback to call when they do. */
  private record Nodes(NodeWatch nodes, Runnable whenChanged) implements Watched {
    @Override
    public int fd() {
      return nodes.fd();
    }
  }

  /** The work of one thread. */
  private final class Waiter implements Runnable {

    /**
     * The descriptor that polls readable once the thread has a new fence to take. The thread closes
     * it under the poller's lock when it takes the waiter out, so it is open for all that find the
     * waiter under the lock, and for the thread.
     */
    private final int wake;

    /**
     * The descriptors to wait for. The set belongs to the thread; its first descriptor is the
     * wake-up.
     */
    private PollSet<Watched> set;

    // Guarded by the poller's lock.
    private final ArrayDeque<Watched> added = new ArrayDeque<>();
    private @Nullable PollSet<Watched> larger;
    private int capacity;
    private int held = 1;
    private boolean woken = true;

    Waiter(int wake, Watched first) {
      this.wake = wake;
      set = new PollSet<>(FIRST_CAPACITY);
      capacity = set.capacity();
      set.add(wake, first);
      set.add(first.fd(), first);
      held++;
    }

    /** Adds what is to be waited for. Called with the lock held. */
    void add(Watched watch) {
      if (held == capacity) {
        PollSet<Watched> made = new PollSet<>(Math.multiplyExact(2, capacity));
        if (larger != null) {
          larger.close();
        }
        larger = made;
        capacity = made.capacity();
      }
      added.add(watch);
      held++;
      wake();
    }

    /** Has the thread look what there is to wait for. Called with the lock held. */
    void wake() {
      if (!woken) {
        woken = true;
        // The write fails only if the counter is at its maximum, which wakes the thread too.
        LibC.calls().eventfd_write(wake, 1);
      }
    }

    @Override
    public void run() {
      boolean more = true;
      while (more) {
        try {
          more = round();
          trouble = null;
        } catch (Throwable e) {
          // Nothing is lost: the next round finds again what was not served.
          trouble = e;
          complain("waiting for fences failed and is tried again", e);
          pause();
        }
      }
    }

    /** Waits once and serves what has signalled; false once there is nothing to wait for. */
    private boolean round() throws HeapException {
      if (!take()) {
        return false;
      }
      set.await();
      HeapException failure = null;
      // The loop goes from the end, see PollSet.
      for (int at = set.size() - 1; at > 0; at--) {
        int results = set.results(at);
        if (results == 0) {
          continue;
        }
        if (set.item(at) instanceof Nodes nodes) {
          failure = serve(nodes, results, failure);
        } else if (set.item(at) instanceof Watch fence) {
          serve(fence, at, results);
        }
      }
      int results = set.results(0);
      if ((results & LibC.POLLIN) != 0) {
        LibC.calls().eventfd_read(wake, new byte[Long.BYTES]);
      } else if (results != 0) {
        throw new IllegalStateException(
            "descriptor " + wake + ", which is the poller's, was closed elsewhere");
      }
      if (failure != null) {
        throw failure;
      }
      return true;
    }

    /** Takes the fences that were added; without any fence ends the waiter and returns false. */
    private boolean take() {
      synchronized (lock) {
        PollSet<Watched> grown = larger;
        if (grown != null) {
          grown.takeAll(set);
          set = grown;
          larger = null;
        }
        for (Watched watch = added.poll(); watch != null; watch = added.poll()) {
          set.add(watch.fd(), watch);
        }
        woken = false;
        if (closed) {
          endNodes();
        }
        if (set.size() > 1) {
          return true;
        }
        waiter = null;
        set.close();
        LibC.calls().close(wake);
        return false;
      }
    }

    /** Ends the watch of paths, as the poller is closed. Called with the lock held. */
    private void endNodes() {
      // The first descriptor is the wake-up, whatever its item is.
      for (int at = set.size() - 1; at > 0; at--) {
        if (set.item(at) instanceof Nodes ended) {
          set.remove(at);
          held--;
          ended.nodes().close();
        }
      }
    }

    /**
     * Tells that nodes have come or gone. Returns why that cannot be seen, or the earlier failure:
     * fences that are behind in the set must not wait for nodes that cannot be watched.
     */
    private @Nullable HeapException serve(
        Nodes watched, int results, @Nullable HeapException earlier) {
      boolean changed = true;
      HeapException failure = earlier;
      if ((results & LibC.POLLIN) == 0) {
        failure =
            new HeapException(
                Kind.FAILED,
                "descriptor " + watched.fd() + ", which is the poller's, was closed elsewhere");
        changed = false;
      } else {
        try {
          changed = watched.nodes().changed();
        } catch (HeapException e) {
          failure = e;
        }
      }
      if (changed) {
        tell(watched);
      }
      return failure;
    }

    private static void tell(Nodes watched) {
      try {
        watched.whenChanged().run();
      } catch (Throwable e) {
        complain("what was to follow a change of nodes failed", e);
      }
    }

    private void serve(Watch watch, int at, int results) {
      int errno = (results & LibC.POLLNVAL) == 0 ? kind.outcome(watch.fd()) : FenceKind.NO_FENCE;
      boolean ours = errno != FenceKind.NO_FENCE;
      if (!ours || (errno == 0 && (results & LibC.POLLIN) == 0)) {
        errno = Errno.EBADF.code();
      }
      OptionalInt outcome = errno == 0 ? OptionalInt.empty() : OptionalInt.of(errno);

      // From here on nothing throws, or the fence would be served twice.
      set.remove(at);
      if (ours) {
        LibC.calls().close(watch.fd());
      }
      synchronized (lock) {
        pending--;
        held--;
      }
      try {
        watch.whenSignalled().accept(outcome);
      } catch (Throwable e) {
        complain("what was to follow fence " + watch.fd() + " failed", e);
      }
    }
  }

  private static void complain(String what, Throwable e) {
    try {
      LOG.log(Level.WARNING, what, e);
    } catch (Throwable alsoFailed) {
      // There may be no memory to log with, and the thread has to go on.
    }
  }

  private static void pause() {
    // A callback may have left the thread interrupted, in which case it would not park.
    boolean unused = Thread.interrupted();
    LockSupport.parkNanos(PAUSE_NANOS);
  }
}
