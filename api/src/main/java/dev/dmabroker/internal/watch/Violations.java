package dev.dmabroker.internal.watch;

import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.internal.runtime.Time;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells what the check of access has found, to listeners and, within limits, to the log. This class
 * is thread-safe.
 */
public final class Violations {
  private final Listeners listeners;
  private final Time time;

  /** By the rule that was broken, so that one rule's lines leave room for those of another. */
  private final Map<AccessViolation.Kind, LogLines> lines = new ConcurrentHashMap<>();

  public Violations(Listeners listeners, Time time) {
    this.listeners = listeners;
    this.time = time;
  }

  /** Logs what was found, and tells the listeners. The calling thread must hold no lock. */
  public void report(AccessViolation violation) {
    LogLines ofItsKind = lines.computeIfAbsent(violation.kind(), kind -> new LogLines(time));
    ofItsKind.warn(
        () ->
            "access to "
                + violation.buffer()
                + " by "
                + violation.device()
                + " with "
                + violation.declared()
                + ": "
                + violation.found(),
        violation.second().isEmpty() ? violation.first().orElse(null) : bothSites(violation));
    listeners.tell(listener -> listener.accessViolated(violation));
  }

  /** Where it was found, with the first place as the cause. */
  private static Throwable bothSites(AccessViolation violation) {
    Throwable second = violation.second().orElseThrow();
    Throwable both = new Throwable(second.getMessage(), violation.first().orElse(null));
    both.setStackTrace(second.getStackTrace());
    return both;
  }
}
