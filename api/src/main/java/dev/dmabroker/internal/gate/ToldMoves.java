package dev.dmabroker.internal.gate;

import dev.dmabroker.MoveListener;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Lane;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells one of the application's listeners at an attachment of moves, on the thread of its device.
 * Moves that come while the listener waits for its turn are told as the last of them: what is stale
 * after that one is stale after those before it. This class is thread-safe.
 */
final class ToldMoves implements Subscription {
  /** The listeners at the attachment, among which this one is until it is closed. */
  private final List<ToldMoves> all;

  private final MoveListener listener;
  private final Lane lane;
  private final AtomicLong latest = new AtomicLong();
  private final AtomicLong told = new AtomicLong();

  /** Whether the listener stands in the lane, and will see the latest generation. */
  private final AtomicBoolean waits = new AtomicBoolean();

  private volatile boolean closed;

  ToldMoves(List<ToldMoves> all, MoveListener listener, Lane lane) {
    this.all = all;
    this.listener = listener;
    this.lane = lane;
  }

  /** The buffer has moved. Two moves may be told in either order. */
  void tell(long generation) {
    latest.accumulateAndGet(generation, Math::max);
    if (waits.compareAndSet(false, true) && !lane.offer(this::call)) {
      waits.set(false); // The next move tells this one, too; the mover must not call the listener.
      EngineLog.LOG.log(
          Level.WARNING,
          "no thread could be made for move listener {0}, so it is not told of generation {1}"
              + " before the next move",
          listener.getClass().getName(),
          generation);
    }
  }

  private void call() {
    waits.set(false);
    long generation = latest.get();
    if (!closed && told.getAndAccumulate(generation, Math::max) < generation) {
      listener.moved(generation);
    }
  }

  @Override
  public void close() {
    closed = true;
    all.remove(this);
  }

  @Override
  public String toString() {
    return "the subscription of move listener " + listener.getClass().getName();
  }
}
