package dev.dmabroker.internal.watch;

import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.runtime.Time;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Tells every listener of a broker its events. A listener that takes long or throws keeps neither
 * the broker nor the other listeners from going on, unless it asked to be called in place. What it
 * throws and what it misses is logged now and then. This class is thread-safe.
 */
public final class Listeners {
  private final CopyOnWriteArrayList<ToldListener> listeners = new CopyOnWriteArrayList<>();
  private final LogLines thrown;
  private final LogLines missed;
  private final AtomicLong dropped = new AtomicLong();

  /** Makes a broker's listeners; there are none yet. */
  public Listeners(Time time) {
    this.thrown = new LogLines(time);
    this.missed = new LogLines(time);
  }

  /** Adds a listener, which is told until its subscription is closed. */
  public Subscription add(BrokerListener listener, Delivery delivery) {
    ToldListener told = new ToldListener(listener, delivery, this::logThrown);
    Subscription subscription = new ListenerSubscription(listeners, told);
    listeners.add(told);
    return subscription;
  }

  /** The subscription of one listener. */
  private record ListenerSubscription(List<ToldListener> listeners, ToldListener told)
      implements Subscription {
    @Override
    public void close() {
      listeners.remove(told);
      told.leave();
    }

    @Override
    public String toString() {
      return "the subscription of listener " + told.type();
    }
  }

  /** Tells whether there is no listener, so that an event need not be made. */
  public boolean isEmpty() {
    return listeners.isEmpty();
  }

  /**
   * Tells each listener. The calling thread must hold no lock, as it calls those listeners that
   * asked for it.
   */
  public void tell(Consumer<BrokerListener> event) {
    for (ToldListener each : listeners) {
      if (!each.tell(event)) {
        dropped.incrementAndGet();
        logDropped(each);
      }
    }
  }

  /** Returns the listeners as they are now. */
  public List<BrokerSnapshot.ListenerState> snapshot() {
    return listeners.stream().<BrokerSnapshot.ListenerState>map(ToldListener::snapshot).toList();
  }

  /** Returns how many events were dropped, also for listeners that have left. */
  public long dropped() {
    return dropped.get();
  }

  private void logThrown(BrokerListener listener, Throwable what) {
    thrown.warn(() -> "listener " + listener.getClass().getName() + " threw", what);
  }

  private void logDropped(ToldListener behind) {
    missed.warn(
        () ->
            "listener "
                + behind.type()
                + " does not keep up: "
                + ToldListener.ROOM
                + " events wait for it, and it missed "
                + behind.snapshot().dropped()
                + " so far; let it hand longer work to another thread",
        null);
  }
}
