package dev.dmabroker.internal.watch;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Time;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells every listener of a broker its events. A listener that throws does not keep the other
 * listeners from being told; its exceptions are logged now and then.
 */
public final class Listeners {
  private final CopyOnWriteArrayList<BrokerListener> listeners;
  private final LogLimit limit = new LogLimit();
  private final Time time;

  public Listeners(List<BrokerListener> listeners, Time time) {
    this.time = time;
    this.listeners = new CopyOnWriteArrayList<>(listeners);
  }

  /** Adds a listener. Closing the result removes the listener; closing it again does nothing. */
  public AutoCloseable add(BrokerListener listener) {
    AtomicBoolean ended = new AtomicBoolean();
    listeners.add(listener);
    return () -> {
      if (ended.compareAndSet(false, true)) {
        listeners.remove(listener);
      }
    };
  }

  /** Tells whether there is no listener, so that an event need not be made. */
  public boolean isEmpty() {
    return listeners.isEmpty();
  }

  /** Tells each listener in the calling thread, which must hold no lock. */
  public void tell(Consumer<BrokerListener> event) {
    for (BrokerListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable t) {
        log(listener, t);
      }
    }
  }

  /** Logs within limits, as a listener that throws once may throw at every event. */
  private void log(BrokerListener listener, Throwable thrown) {
    limit
        .enter(time.nanos())
        .ifPresent(
            skipped ->
                EngineLog.LOG.log(
                    Level.WARNING,
                    "listener "
                        + listener.getClass().getName()
                        + " threw"
                        + LogLimit.skipped(skipped),
                    thrown));
  }
}
