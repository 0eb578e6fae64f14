package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Holder;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Finds clients that hold up others. A move that was rolled back names the mappings that were in
 * its way although the longest hold of their devices was over; one that is still there after the
 * time that the service grants beyond that costs its client the connection.
 */
final class HoldUps implements BrokerListener, AutoCloseable {

  /** A device that was in the way of a buffer's move. */
  private record HoldUp(String device, String buffer) {}

  private final Broker broker;
  private final Duration grace;
  private final ScheduledExecutorService timer;
  private final BiConsumer<String, String> evict;
  private final Set<HoldUp> watched = ConcurrentHashMap.newKeySet();
  private final Subscription subscription;

  /**
   * Watches from now on.
   *
   * @param grace the time between a move that failed and the end of the connection
   * @param evict is given the name of a device, and the reason; may find that it is no client's
   */
  HoldUps(
      Broker broker,
      Duration grace,
      ScheduledExecutorService timer,
      BiConsumer<String, String> evict) {
    this.broker = broker;
    this.grace = grace;
    this.timer = timer;
    this.evict = evict;
    subscription = broker.listen(this, Delivery.QUEUED);
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    for (Holder holder : event.holders()) {
      HoldUp holdUp = new HoldUp(holder.device(), event.buffer());
      if (watched.add(holdUp)) {
        var unused = timer.schedule(() -> check(holdUp), grace.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  private void check(HoldUp holdUp) {
    watched.remove(holdUp);
    for (BufferState buffer : broker.snapshot().buffers()) {
      if (buffer.name().equals(holdUp.buffer)) {
        for (Holder holder : buffer.holders()) {
          if (holder.device().equals(holdUp.device) && holder.held().compareTo(grace) >= 0) {
            evict.accept(holdUp.device, "it holds up a move of " + holdUp.buffer + ": " + holder);
            return;
          }
        }
      }
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
