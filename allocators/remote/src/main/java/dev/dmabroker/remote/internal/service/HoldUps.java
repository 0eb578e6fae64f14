package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Holder;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
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

  /** When the grace of each is over, as {@link System#nanoTime} tells. */
  private final Map<HoldUp, Long> watched = new ConcurrentHashMap<>();

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
    long due = System.nanoTime() + grace.toNanos();
    for (Holder holder : event.holders()) {
      HoldUp holdUp = new HoldUp(holder.device(), event.buffer());
      if (watched.putIfAbsent(holdUp, due) == null) {
        var unused = timer.schedule(this::look, grace.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  /** One look at the broker serves all whose grace is over, since it goes over all buffers. */
  private void look() {
    Set<HoldUp> late = takeLate();
    if (late.isEmpty()) {
      return; // An earlier look served it.
    }
    for (BufferState buffer : broker.snapshot().buffers()) {
      for (Holder holder : buffer.holders()) {
        if (late.contains(new HoldUp(holder.device(), buffer.name()))
            && holder.held().compareTo(grace) >= 0) {
          evict.accept(holder.device(), "it holds up a move of " + buffer.name() + ": " + holder);
        }
      }
    }
  }

  private Set<HoldUp> takeLate() {
    long now = System.nanoTime();
    Set<HoldUp> late = new HashSet<>();
    watched.forEach(
        (holdUp, due) -> {
          if (due - now <= 0 && watched.remove(holdUp, due)) {
            late.add(holdUp);
          }
        });
    return late;
  }

  @Override
  public void close() {
    subscription.close();
  }
}
