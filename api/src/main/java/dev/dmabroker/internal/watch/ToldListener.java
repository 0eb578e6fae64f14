package dev.dmabroker.internal.watch;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.runtime.Lane;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Stands for one listener as it is told: in place, or through a queue and on a thread of its own.
 * This class is thread-safe.
 */
final class ToldListener {
  /** How many events wait for a listener at most; {@link Delivery} tells applications. */
  static final int ROOM = 4096;

  private final BrokerListener listener;
  private final Delivery delivery;
  private final BiConsumer<BrokerListener, Throwable> whenThrown;
  private final Lane lane;
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /** Whether the listener has left; then it is told nothing more. */
  private volatile boolean gone;

  /**
   * Makes a listener that was told nothing yet.
   *
   * @param whenThrown is called with what the listener throws
   */
  ToldListener(
      BrokerListener listener,
      Delivery delivery,
      BiConsumer<BrokerListener, Throwable> whenThrown) {
    this.listener = listener;
    this.delivery = delivery;
    this.whenThrown = whenThrown;
    this.lane = new Lane("listener " + listener.getClass().getName(), ROOM);
  }

  /** Tells an event, now or in its turn. False if the event is dropped, as too many wait. */
  boolean tell(Consumer<BrokerListener> event) {
    if (delivery == Delivery.IN_PLACE) {
      call(event);
      return true;
    }
    boolean queued = lane.offer(() -> call(event));
    if (!queued) {
      dropped.incrementAndGet();
    } else if (gone) {
      lane.clear(); // It has left while the event was put into the queue.
    }
    return queued;
  }

  private void call(Consumer<BrokerListener> event) {
    if (gone) {
      return;
    }
    try {
      event.accept(listener);
    } catch (Throwable t) {
      whenThrown.accept(listener, t);
    }
    delivered.incrementAndGet();
  }

  /** Tells nothing more from now on, but for a call that is under way. */
  void leave() {
    gone = true;
    lane.clear();
  }

  StateRecords.ListenerState snapshot() {
    return new StateRecords.ListenerState(
        type(), delivery, delivered.get(), lane.waiting(), dropped.get());
  }

  /** Returns the name of the listener's class, as the listener's own text is foreign code. */
  String type() {
    return listener.getClass().getName();
  }
}
