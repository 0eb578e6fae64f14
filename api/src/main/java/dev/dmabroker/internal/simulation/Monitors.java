package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.simulation.Strand.Reason;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the JVM's monitors in code that was rewritten to call this instead. A thread may make
 * way while it is in one, and threads that come to it then wait in the schedule.
 */
final class Monitors {
  private final Schedule schedule;
  private final IdentityHashMap<Object, Monitor> taken = new IdentityHashMap<>();

  /** A monitor that a thread is in. */
  private static final class Monitor {
    private @Nullable Strand owner;
    private int depth;
  }

  Monitors(Schedule schedule) {
    this.schedule = schedule;
  }

  void enter(Object of) {
    Strand me = schedule.current();
    take(me, of, 1);
    me.monitors.push(of);
  }

  private void take(Strand me, Object of, int depth) {
    Monitor monitor = taken.computeIfAbsent(of, unused -> new Monitor());
    while (monitor.owner != null && monitor.owner != me) {
      Reason unused = schedule.await(monitor, Schedule.FOREVER, /* interruptible= */ false, null);
      monitor = taken.computeIfAbsent(of, unusedToo -> new Monitor());
    }
    monitor.owner = me;
    monitor.depth += depth;
  }

  /** Leaves the monitor that the thread has entered last. */
  void exit() {
    Strand me = schedule.current();
    Object of = me.monitors.pop();
    Monitor monitor = taken.get(of);
    if (monitor != null && --monitor.depth == 0) {
      free(of, monitor);
    }
  }

  private void free(Object of, Monitor monitor) {
    monitor.owner = null;
    monitor.depth = 0;
    taken.remove(of);
    schedule.signal(monitor);
  }

  /** Waits at a monitor that the thread is in, as {@link Object#wait} does. */
  Reason await(Object of, long nanos) {
    Strand me = schedule.current();
    Monitor monitor = taken.get(of);
    if (monitor == null || monitor.owner != me) {
      throw new IllegalMonitorStateException(me + " is not in the monitor that it waits at");
    }
    int depth = monitor.depth;
    free(of, monitor);
    Reason reason = schedule.await(of, nanos, /* interruptible= */ true, null);
    take(me, of, depth);
    return reason;
  }
}
