package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.SignallingPoller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Fences that signal at once, soon, late, with an error, or only at the end, and the work behind
 * them, which ends when they signal.
 */
final class SoakFences {
  private static final long SOON_NANOS = 1_000_000;
  private static final long LATE_NANOS = 30_000_000;

  /** Longer than any soak: without a fence there is nothing to do until one is made. */
  private static final long IDLE_NANOS = TimeUnit.DAYS.toNanos(30);

  private static final int MOST_THAT_NEVER_SIGNAL = 6;

  final SignallingPoller poller = new SignallingPoller();
  private final long seed;
  private final PriorityBlockingQueue<Due> due =
      new PriorityBlockingQueue<>(64, Comparator.comparingLong(Due::nanos));
  private final Map<Integer, SyncFile> writing = new ConcurrentHashMap<>();
  private final List<Due> never = new ArrayList<>();
  private final World world = World.here();
  private final Time time = world.time();
  private final WorldThread thread = new WorldThread(this::run);
  private volatile boolean stop;

  /** The thread has ended: whoever makes a fence signals it. */
  private volatile boolean ended;

  /** A fence, when it signals, what is done before that and what it signals. */
  private record Due(SyncFile fence, long nanos, Runnable work, OptionalInt errno) {}

  SoakFences(long seed, Faults faults) {
    this.seed = seed;
    poller.onWatch(
        () -> {
          boolean unused = faults.strike(Site.WATCH);
        });
  }

  void start() {
    thread.setName("soak-fences");
    thread.setDaemon(true);
    thread.start();
  }

  /** A device writes to memory; of that the kernel knows, and the broker does not. */
  void write(int fd, Runnable work) {
    SyncFile fence = poller.fence();
    writing.put(fd, fence);
    submit(
        fence,
        () -> {
          work.run();
          writing.remove(fd, fence); // Not before all is written: a copy asks for it.
        });
  }

  /** The fence of a device that writes to the memory. */
  Optional<SyncFile> writing(int fd) {
    return Optional.ofNullable(writing.get(fd));
  }

  /** A fence of the kernel's own. */
  SyncFile pending() {
    SyncFile fence = poller.fence();
    submit(fence, () -> {});
    return fence;
  }

  /** Tells whether the fence signals an error. */
  boolean fails(SyncFile fence) {
    return Faults.mix(seed + fence.fd()) % 10 == 0;
  }

  /** Lets the fence signal some time, after the work. */
  void submit(SyncFile fence, Runnable work) {
    long fate = Faults.mix(seed + fence.fd());
    OptionalInt errno = fails(fence) ? OptionalInt.of(5) : OptionalInt.empty();
    int dice = (int) Long.remainderUnsigned(fate >>> 8, 100);
    long delay = Long.remainderUnsigned(fate >>> 16, dice < 85 ? SOON_NANOS : LATE_NANOS);
    Due made = new Due(fence, time.nanos() + delay, work, errno);
    if (dice != 99 || stop || !isKept(made)) {
      due.add(made);
      look();
      if (ended) {
        signalAll();
      }
    }
  }

  private void signalAll() {
    for (Due next; (next = due.poll()) != null; ) {
      signal(next);
    }
  }

  private boolean isKept(Due made) {
    synchronized (never) {
      return never.size() < MOST_THAT_NEVER_SIGNAL && never.add(made);
    }
  }

  private void run() {
    try {
      while (!stop || !due.isEmpty()) {
        Due next = due.poll();
        if (next != null && (stop || next.nanos() - time.nanos() <= 0)) {
          signal(next);
        } else if (next != null) {
          due.add(next);
          await(next.nanos() - time.nanos());
        } else {
          await(IDLE_NANOS);
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e); // No other thread knows this one.
    }
  }

  private void await(long nanos) throws InterruptedException {
    synchronized (due) {
      Due first = due.peek();
      if (!stop && nanos > 0 && (first == null || first.nanos() - time.nanos() >= nanos)) {
        world.await(due, nanos);
      }
    }
  }

  private void look() {
    synchronized (due) {
      world.signal(due);
    }
  }

  private void signal(Due next) {
    next.work().run();
    poller.signal(next.fence(), next.errno());
  }

  /** How the thread's end is waited for. */
  interface Ending {
    void await(WorldThread thread) throws InterruptedException;
  }

  /** Signals all that is left. */
  void end(Ending ending) throws InterruptedException {
    stop = true;
    look();
    ending.await(thread);
    ended = true;
    signalAll();
    synchronized (never) {
      never.forEach(this::signal);
    }
    poller.watched().forEach(poller::signal);
  }
}
