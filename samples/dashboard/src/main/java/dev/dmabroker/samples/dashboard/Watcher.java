package dev.dmabroker.samples.dashboard;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * A page that watches. It gets a state whenever it has taken in the one before: meanwhile the
 * latest state waits for it, those between are missed, and no thread waits. A page that keeps a
 * state waiting for longer than the server's patience has gone.
 */
final class Watcher extends IteratingCallback {
  private final Content.Sink page;
  private final Runnable disconnect;
  private final long patienceNanos;
  private final AtomicReference<byte[]> waiting = new AtomicReference<>();

  /** When what waits began to; only {@link #offer} uses it. */
  private long sinceNanos;

  private volatile boolean gone;

  /**
   * Sends nothing yet.
   *
   * @param disconnect ends the connection to the page
   * @param patience how long a state may wait for the page
   */
  Watcher(Content.Sink page, Runnable disconnect, Duration patience) {
    this.page = page;
    this.disconnect = disconnect;
    this.patienceNanos = patience.toNanos();
  }

  /**
   * Sends the state, now or when the page is ready for it. Does not block; one thread alone may
   * call it.
   *
   * @return whether the page is still there
   */
  boolean offer(byte[] state) {
    long now = System.nanoTime();
    if (waiting.getAndSet(state) == null) {
      sinceNanos = now;
    } else if (now - sinceNanos > patienceNanos) {
      abort(new TimeoutException("the page does not read"));
    }
    iterate();
    return !gone;
  }

  @Override
  protected Action process() {
    byte[] state = waiting.getAndSet(null);
    if (state == null) {
      return Action.IDLE;
    }
    page.write(false, ByteBuffer.wrap(state), this);
    return Action.SCHEDULED;
  }

  @Override
  protected void onFailure(Throwable cause) {
    gone = true;
    disconnect.run();
  }
}
