package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.services.Services;
import java.time.Duration;
import java.util.concurrent.Future;

/**
 * Asks heaps again and again how much they have left, as others take memory out of them too. The
 * next look is scheduled when one has ended, so a heap that takes its time is asked less often.
 * This class is thread-safe.
 */
final class MemoryWatch {
  private final Services services;
  private final Planner planner;
  private final Duration interval;
  private final Runnable changed;

  /** Looks. Heaps read files there, and neither worker nor timer waits. */
  private final Lane lane = new Lane("memory-watch", /* room= */ 1);

  /**
   * Makes a watch that has not begun.
   *
   * @param changed is called when others take more or less than before
   */
  MemoryWatch(Services services, Planner planner, Duration interval, Runnable changed) {
    this.services = services;
    this.planner = planner;
    this.interval = interval;
    this.changed = changed;
  }

  /** Looks now, in the calling thread, and again and again on a thread of its own. */
  void begin() {
    look();
  }

  private void look() {
    boolean differs = false;
    for (HeapAccount heap : planner.table().accounts()) {
      differs |= heap.look();
    }
    if (differs) {
      changed.run();
    }
    schedule();
  }

  /** Once the broker is closed nothing runs any more. */
  private void schedule() {
    Future<?> unused =
        services
            .workers()
            .schedule(
                interval,
                () -> {
                  if (!lane.offer(this::look)) {
                    schedule(); // No thread could be made.
                  }
                });
  }
}
