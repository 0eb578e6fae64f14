package dev.dmabroker.samples.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * The page's state as a server-sent event, made anew for all watchers: at most ten times a second,
 * less often if making it takes long, and not at all while there is no watcher. A slow watcher
 * misses states rather than getting them late. Thread-safe.
 */
final class Updates implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Updates.class.getName());
  private static final long LEAST_PERIOD_NANOS = Duration.ofMillis(100).toNanos();

  /** Making states takes at most this share of one core. */
  private static final int SHARE = 10;

  private final Supplier<String> state;
  private final int most;
  private final Thread thread = new Thread(this::run, "dashboard-updates");

  /** Guarded by this, as is what follows. */
  private final List<Watcher> watchers = new ArrayList<>();

  private boolean closed;

  /**
   * Without watchers yet.
   *
   * @param most how many watchers there may be
   */
  Updates(Supplier<String> state, int most) {
    this.state = state;
    this.most = most;
    thread.setDaemon(true);
    thread.start();
  }

  /** Has the watcher get states until it is gone; false if there are too many. */
  synchronized boolean join(Watcher watcher) {
    if (closed || watchers.size() >= most) {
      return false;
    }
    watchers.add(watcher);
    notifyAll();
    return true;
  }

  synchronized int watching() {
    return watchers.size();
  }

  private void run() {
    try {
      while (awaitWatcher()) {
        long begin = System.nanoTime();
        publish();
        long took = System.nanoTime() - begin;
        pause(begin + Math.max(LEAST_PERIOD_NANOS, took * SHARE));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean awaitWatcher() throws InterruptedException {
    while (watchers.isEmpty() && !closed) {
      wait();
    }
    return !closed;
  }

  /** Whatever is thrown, the next state is tried again. */
  private void publish() {
    try {
      // Should the connection end, the page comes again after a second.
      byte[] event = ("retry: 1000\ndata: " + state.get() + "\n\n").getBytes(UTF_8);
      for (Watcher watcher : present()) {
        if (!watcher.offer(event)) {
          leave(watcher);
        }
      }
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "the page's state could not be made", e);
      disconnect(); // A page shows that rather than nothing new.
    }
  }

  private synchronized List<Watcher> present() {
    return List.copyOf(watchers);
  }

  private synchronized void leave(Watcher watcher) {
    watchers.remove(watcher);
  }

  private void disconnect() {
    for (Watcher watcher : present()) {
      watcher.abort(new CancellationException("there are no states"));
      leave(watcher);
    }
  }

  private synchronized void pause(long untilNanos) throws InterruptedException {
    for (long left; !closed && (left = untilNanos - System.nanoTime()) > 0; ) {
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  /** Ends the connections to all watchers. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    disconnect();
  }
}
