package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.PressureGauge;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks heaps again and again how much they have left, as others take memory out of them too, and
 * the gauge for how long programs wait for memory. The next look in turn is scheduled when one has
 * ended, so a heap that takes its time is asked less often. A heap that refuses is a reason to look
 * at once, and once only until the next look in turn: a pipeline that is refused for each frame
 * does not make the kernel count its memory for each frame. Does nothing unless the application has
 * memory watched. This class is thread-safe.
 */
final class MemoryWatch {
  private final Services services;
  private final Planner planner;

  /** The time between two looks in turn; null if memory is not watched. */
  private final @Nullable Duration interval;

  private final PressureGauge gauge;

  /** Looks. Heaps read files there, and neither worker nor timer waits. */
  private final Lane lane = new Lane("memory-watch", /* room= */ 1);

  /** Whether there was a look out of turn since the last one in turn. */
  private final AtomicBoolean hurried = new AtomicBoolean();

  private volatile Runnable changed = () -> {};
  private volatile List<MemoryPressure> pressure = List.of();

  /** Makes a watch that has not begun. */
  MemoryWatch(Services services, Planner planner) {
    this.services = services;
    this.planner = planner;
    this.interval = services.settings().memoryInterval();
    PressureGauge given = services.settings().pressureGauge();
    this.gauge = given != null ? given : interval != null ? find() : List::of;
  }

  private static PressureGauge find() {
    try {
      return Foreign.ask(() -> Services.find(PressureGauge.class)).orElse(List::of);
    } catch (HeapException e) {
      EngineLog.LOG.log(Level.DEBUG, "no gauge of memory pressure: to look for one", e);
      return List::of;
    }
  }

  /**
   * Looks now, in the calling thread, and again and again on a thread of its own.
   *
   * @param whenChanged is called when others take more or less of a heap than before
   */
  void begin(Runnable whenChanged) {
    changed = whenChanged;
    if (interval != null) {
      lookInTurn(interval);
    }
  }

  /** Has a look made soon, as a heap has refused for want of memory. Does not block. */
  void hurry() {
    if (interval != null && hurried.compareAndSet(false, true)) {
      // It finds no room if a look waits already, or if no thread can be made.
      boolean unused = lane.offer(this::look);
    }
  }

  /** Returns for how long programs waited at the last look; empty if that is not known. */
  List<MemoryPressure> pressure() {
    return pressure;
  }

  private void lookInTurn(Duration pause) {
    hurried.set(false);
    try {
      look();
    } finally {
      schedule(pause);
    }
  }

  private void look() {
    pressure = readGauge();
    boolean differs = false;
    for (HeapAccount heap : planner.table().accounts()) {
      differs |= heap.look();
    }
    if (differs) {
      changed.run();
    }
  }

  private List<MemoryPressure> readGauge() {
    try {
      return Foreign.ask(() -> List.copyOf(gauge.look()));
    } catch (HeapException e) {
      EngineLog.LOG.log(Level.DEBUG, "the gauge of memory pressure does not tell", e);
      return List.of();
    }
  }

  /** Once the broker is closed nothing runs any more. */
  private void schedule(Duration pause) {
    Future<?> unused =
        services
            .workers()
            .schedule(
                pause,
                () -> {
                  if (!lane.offer(() -> lookInTurn(pause))) {
                    schedule(pause); // No thread could be made.
                  }
                });
  }
}
