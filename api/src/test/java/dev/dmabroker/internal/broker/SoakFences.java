package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.broker.Faults.Site;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.SignallingPoller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Fences that signal at once, soon, late, with an error, or only at the end, and the work behind
 * them, which ends when they signal.
 */
final class SoakFences {
  private static final long SOON_NANOS = 1_000_000;
  private static final long LATE_NANOS = 30_000_000;
  private static final int MOST_THAT_NEVER_SIGNAL = 6;

  final SignallingPoller poller = new SignallingPoller();
  private final long seed;
  private final PriorityBlockingQueue<Due> due =
      new PriorityBlockingQueue<>(64, Comparator.comparingLong(Due::nanos));
  private final List<Due> never = new ArrayList<>();
  private final Thread thread = new Thread(this::run, "soak-fences");
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
    thread.start();
  }

  /** A fence of the kernel's own. */
  SyncFile pending() {
    SyncFile fence = poller.fence();
    submit(fence, () -> {});
    return fence;
  }

  /** Lets the fence signal some time, after the work. */
  void submit(SyncFile fence, Runnable work) {
    long fate = Faults.mix(seed + fence.fd());
    OptionalInt errno = fate % 10 == 0 ? OptionalInt.of(5) : OptionalInt.empty();
    int dice = (int) Long.remainderUnsigned(fate >>> 8, 100);
    long delay = Long.remainderUnsigned(fate >>> 16, dice < 85 ? SOON_NANOS : LATE_NANOS);
    Due made = new Due(fence, System.nanoTime() + delay, work, errno);
    if (dice != 99 || stop || !isKept(made)) {
      due.add(made);
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
    while (!stop || !due.isEmpty()) {
      Due next = due.poll();
      if (next == null) {
        LockSupport.parkNanos(SOON_NANOS / 10);
      } else if (!stop && next.nanos() - System.nanoTime() > 0) {
        due.add(next);
        LockSupport.parkNanos(SOON_NANOS / 10);
      } else {
        signal(next);
      }
    }
  }

  private void signal(Due next) {
    next.work().run();
    poller.signal(next.fence(), next.errno());
  }

  /** Signals all that is left. */
  void end() throws InterruptedException {
    stop = true;
    Await.ended(thread);
    ended = true;
    signalAll();
    synchronized (never) {
      never.forEach(this::signal);
    }
    poller.watched().forEach(poller::signal);
  }
}
