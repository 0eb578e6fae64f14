package dev.dmabroker.internal.services;

import dev.dmabroker.internal.runtime.Clock;
import dev.dmabroker.internal.runtime.Lifecycle;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.WaitGraph;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.internal.watch.MoveLog;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.internal.watch.Violations;
import dev.dmabroker.spi.FencePoller;
import java.util.Comparator;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Holds what every part of one broker uses: its settings, time and threads, and the ways in which
 * it tells applications something. It is made once for a broker. It is thread-safe, as each of its
 * parts is.
 *
 * @param settings what the application told the builder
 * @param time what the engine takes for the time
 * @param lifecycle tells whether the broker is open
 * @param workers the threads of the broker
 * @param clock the time as mappings note it
 * @param waits the threads that wait, and what they wait for
 * @param fences waits for fences
 * @param listeners the broker's listeners
 * @param leaks finds handles that were not closed
 * @param callSites notes where mappings are made
 * @param violations tells what the check of access finds
 * @param moveLog logs moves that are rolled back
 * @param noMoves the statistics of a buffer that has not moved yet
 */
public record Services(
    Settings settings,
    Time time,
    Lifecycle lifecycle,
    Workers workers,
    Clock clock,
    WaitGraph waits,
    Fences fences,
    Listeners listeners,
    Leaks leaks,
    CallSites callSites,
    Violations violations,
    MoveLog moveLog,
    StateRecords.MoveStats noMoves) {

  /**
   * Makes the services of a new broker.
   *
   * @param kept how many workers foreign code that does not return may keep at a time
   */
  public static Services of(Settings settings, int kept) {
    Time time = World.here().time();
    Listeners listeners = new Listeners(time);
    Workers workers = new Workers(settings, kept);
    Leaks leaks = new Leaks(settings.leakTracking(), listeners, time);
    CallSites callSites = new CallSites(settings.recordCallSites(), leaks);
    Clock clock =
        new Clock(
            time,
            (delay, work) -> {
              Future<?> unused = workers.schedule(delay, work);
            },
            callSites::isDue);
    Fences fences = new Fences(settings.fencePoller(), () -> find(FencePoller.class));
    return new Services(
        settings,
        time,
        new Lifecycle(),
        workers,
        clock,
        new WaitGraph(),
        fences,
        listeners,
        leaks,
        callSites,
        new Violations(listeners, time),
        new MoveLog(time),
        StateRecords.MoveStats.none(settings.maxMoveAttempts()));
  }

  /**
   * Finds an extension of a kind on the path. If there are several, their names decide: the order
   * in which the JDK finds them differs between versions. What it throws is the extension's.
   */
  public static <T> Optional<T> find(Class<T> kind) {
    return ServiceLoader.load(kind).stream()
        .min(Comparator.comparing(found -> found.type().getName()))
        .map(ServiceLoader.Provider::get);
  }

  /** Returns where the caller makes a mapping now; null if that is not to be noted. */
  public @Nullable Throwable callSite() {
    return callSites.site(clock.nanos());
  }
}
