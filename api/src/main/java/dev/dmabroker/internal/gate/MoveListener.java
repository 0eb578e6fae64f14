package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Lane;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the application's listener at one attachment of moves, on the thread of its device. Moves
 * that come while the listener waits for its turn are told as the last of them: what is stale after
 * that one is stale after those before it. This class is thread-safe.
 */
final class MoveListener {
  /** The listener; null once the application has dropped it. */
  private final Supplier<? extends @Nullable Consumer<Long>> listener;

  private final Lane lane;
  private final AtomicLong latest = new AtomicLong();
  private final AtomicLong told = new AtomicLong();

  /** Whether the listener stands in the lane, and will see the latest generation. */
  private final AtomicBoolean waits = new AtomicBoolean();

  MoveListener(Supplier<? extends @Nullable Consumer<Long>> listener, Lane lane) {
    this.listener = listener;
    this.lane = lane;
  }

  /** The buffer has moved. Two moves may be told in either order. */
  void tell(long generation) {
    latest.accumulateAndGet(generation, Math::max);
    if (waits.compareAndSet(false, true) && !lane.offer(this::call)) {
      Guarded.run("a move listener", this::call); // There is no thread for it.
    }
  }

  private void call() {
    waits.set(false);
    long generation = latest.get();
    Consumer<Long> its = listener.get();
    if (its != null && told.getAndAccumulate(generation, Math::max) < generation) {
      its.accept(generation);
    }
  }
}
