package dev.dmabroker.samples.dashboard;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * The page's state, made anew for all watchers: at most ten times a second, less often if making it
 * takes long, and not at all while there is no watcher. A slow watcher misses states rather than
 * getting them late. Thread-safe.
 */
final class Updates implements AutoCloseable {
  private static final long LEAST_PERIOD_NANOS = Duration.ofMillis(100).toNanos();

  /** Making states takes at most this share of one core. */
  private static final int SHARE = 10;

  /**
   * A state.
   *
   * @param number greater than those of states made before
   * @param text the state
   */
  record Update(long number, String text) {
    static final Update NONE = new Update(0, "");
  }

  private final Supplier<String> state;
  private final Thread thread = new Thread(this::run, "dashboard-updates");
  private Update latest = Update.NONE;
  private int watching;
  private boolean closed;

  Updates(Supplier<String> state) {
    this.state = state;
    thread.setDaemon(true);
    thread.start();
  }

  /** States are made until {@link #leave}. */
  synchronized void join() {
    watching++;
    notifyAll();
  }

  synchronized void leave() {
    watching--;
  }

  synchronized int watching() {
    return watching;
  }

  /** Waits for a state later than {@code seen}; that one again if this is closed. */
  synchronized Update after(Update seen) throws InterruptedException {
    while (latest.number() <= seen.number() && !closed) {
      wait();
    }
    return latest.number() > seen.number() ? latest : seen;
  }

  private void run() {
    try {
      while (awaitWatcher()) {
        long begin = System.nanoTime();
        String text = state.get();
        long took = System.nanoTime() - begin;
        publish(text);
        pause(begin + Math.max(LEAST_PERIOD_NANOS, took * SHARE));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(); // Should a state fail: watchers see the connection end rather than nothing new.
    }
  }

  private synchronized boolean awaitWatcher() throws InterruptedException {
    while (watching == 0 && !closed) {
      wait();
    }
    return !closed;
  }

  private synchronized void publish(String text) {
    latest = new Update(latest.number() + 1, text);
    notifyAll();
  }

  private synchronized void pause(long untilNanos) throws InterruptedException {
    for (long left; !closed && (left = untilNanos - System.nanoTime()) > 0; ) {
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
