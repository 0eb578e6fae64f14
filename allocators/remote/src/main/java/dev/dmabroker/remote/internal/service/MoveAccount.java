package dev.dmabroker.remote.internal.service;

import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.TokenBucket;
import java.util.function.LongSupplier;

/**
 * Counts the moves that one client makes necessary. They are counted when they are over, as the
 * broker alone knows which there were; so the client may owe some, and causes no more until time
 * has made up for them. Thread-safe.
 */
final class MoveAccount {
  private static final double SECONDS = 60;

  private final String client;
  private final int perMinute;
  private final LongSupplier nanos;
  private final TokenBucket left = new TokenBucket();

  /**
   * Makes one of a client that has caused no move.
   *
   * @param perMinute how many moves it may cause at once, and how many more each minute
   * @param nanos the time, which does not go back
   */
  MoveAccount(String client, int perMinute, LongSupplier nanos) {
    this.client = client;
    this.perMinute = perMinute;
    this.nanos = nanos;
  }

  /** The client has made a buffer move, or try to. */
  synchronized void charge() {
    left.owe(perMinute / SECONDS, perMinute, nanos.getAsLong());
  }

  /** Whether the client may make no buffer move now. */
  synchronized boolean isSpent() {
    return !left.has(1, perMinute / SECONDS, perMinute, nanos.getAsLong());
  }

  /**
   * Refuses what may make buffers move, if the client may not do that now.
   *
   * @param intent names the attempt
   * @throws dev.dmabroker.BusyException if it may not; a later try may succeed
   */
  void require(String intent) {
    if (isSpent()) {
      throw refusal(intent);
    }
  }

  /** Why the client may not do now what may make buffers move. */
  RuntimeException refusal(String intent) {
    return Exceptions.busy(
        "cannot "
            + intent
            + " now: client "
            + client
            + " has made buffers move as often as it may, which is "
            + perMinute
            + " times a minute; try again later, or ask for a higher limit in the service's"
            + " configuration");
  }
}
