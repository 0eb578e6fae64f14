package dev.dmabroker.internal.move;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Workers;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The deadline of what a move waits for; one at a time. Used under the buffer's lock. */
final class Deadline {
  private final Workers workers;
  private @Nullable Future<?> timer;

  Deadline(Workers workers) {
    this.workers = workers;
  }

  /** Has a change that throws put back which deadline there is. */
  void keep(AfterLock after) {
    Future<?> before = timer;
    after.undo(() -> timer = before);
  }

  boolean isSet() {
    return timer != null;
  }

  /** Runs something after that time, in the timer's thread, unless the deadline is cancelled. */
  void set(Duration time, Runnable then, AfterLock after) {
    Future<?>[] scheduled = new Future<?>[1];
    after.undo(
        () -> {
          if (scheduled[0] != null) {
            scheduled[0].cancel(false);
          }
        });
    scheduled[0] = workers.schedule(time, then);
    timer = scheduled[0];
  }

  /** The timer itself has come: there is nothing to cancel. */
  void passed() {
    timer = null;
  }

  void cancel(AfterLock after) {
    Future<?> over = timer;
    if (over != null) {
      after.then(() -> over.cancel(false)); // Not before the change is made.
      timer = null;
    }
  }
}
