package dev.dmabroker.internal.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One thread of a simulation, as its {@link Schedule} knows it. */
final class Strand {
  /** Why a strand goes on that waited. */
  enum Reason {
    SIGNALLED,
    TIMED_OUT,
    INTERRUPTED
  }

  final Thread thread;

  /** How many strands there were before. */
  private final int number;

  /** At which step the strand became able to run. */
  private long ready;

  /** The strand of the highest rank runs, where strands have ranks. */
  int rank;

  /** What the strand waits for; null while it could run. */
  @Nullable Object channel;

  boolean interruptible;
  Reason reason = Reason.SIGNALLED;

  /** Grows as waits begin and end, so that the alarm of an earlier wait wakes nothing. */
  long waits;

  /** Whether the next park returns at once. */
  boolean permit;

  /** Whether the thread is to be interrupted when it runs again. */
  boolean interrupted;

  /** The simulated monitors that the strand is in, the last first. */
  final Deque<Object> monitors = new ArrayDeque<>();

  /** The JVM's monitor at which the thread lies; null if it is parked. */
  private volatile @Nullable Object lies;

  private volatile boolean granted;

  Strand(Thread thread, int number) {
    this.thread = thread;
    this.number = number;
  }

  /** Notes at which step the strand becomes able to run. */
  void ready(long step) {
    ready = step;
  }

  /**
   * Tells whether the strand became able to run after the other. Of strands that did so in one
   * step, the older one was first: the JDK's pools wake their threads in no order that can be
   * repeated.
   */
  boolean isBehind(Strand other) {
    return ready != other.ready ? ready > other.ready : number > other.number;
  }

  /** Lets the thread run. The caller runs no more. */
  void grant() {
    Object monitor = lies;
    if (monitor == null) {
      granted = true;
      LockSupport.unpark(thread);
    } else {
      synchronized (monitor) {
        granted = true;
        monitor.notifyAll();
      }
    }
  }

  /**
   * Blocks the calling thread, which is this strand's, until {@link #grant}.
   *
   * @param monitor a monitor of the JVM that the thread holds, and gives up meanwhile
   */
  void awaitGrant(@Nullable Object monitor) {
    if (monitor == null) {
      while (!granted) {
        LockSupport.park(this);
      }
    } else {
      while (!granted) {
        try {
          monitor.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    lies = null;
    granted = false;
  }

  /** Says where the thread will lie, before another runs. */
  void lieAt(@Nullable Object monitor) {
    lies = monitor;
  }

  @Override
  public String toString() {
    return thread.getName();
  }
}
