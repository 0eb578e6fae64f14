package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.simulation.Strand.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which thread of a simulation runs. One runs at a time; it alone uses this object, and by
 * letting another run it makes what it wrote visible to that one. Time goes on when no thread could
 * run, and then to the next moment at which one may. All whose waits end at that moment may run
 * then, if a seed decides which one does: so they meet.
 */
final class Schedule {
  /** A wait as long as this one has no end of its own. */
  static final long FOREVER = Long.MAX_VALUE;

  /** If no thread was chosen for that long, one does not come back. */
  private static final int PATIENCE_SECONDS = 20;

  /** The end of a strand's wait that has that ordinal. */
  private record Alarm(long nanos, long number, Strand strand, long ordinal) {}

  private final Turns turns;

  /** Says how long a thread also stands that makes way; null if it does not. */
  private final @Nullable LongSupplier stands;

  private final Map<Thread, Strand> strands = new ConcurrentHashMap<>();
  private final List<Strand> living = new ArrayList<>();
  private final IdentityHashMap<Object, Deque<Strand>> waiting = new IdentityHashMap<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::nanos).thenComparingLong(Alarm::number));
  private final CountDownLatch over = new CountDownLatch(1);

  private @Nullable Strand current;
  private long now = TimeUnit.SECONDS.toNanos(1);
  private int added;
  private int standing;
  private long stoodUntil;
  private long alarmed;
  private volatile long steps;
  private long digest = 0xcbf29ce484222325L;
  private volatile @Nullable Throwable failure;
  private @Nullable Consumer<String> told;

  Schedule(Turns turns, @Nullable LongSupplier stands) {
    this.turns = turns;
    this.stands = stands;
  }

  long now() {
    return now;
  }

  /** Returns how often a thread was chosen. */
  long steps() {
    return steps;
  }

  /** Returns a number that differs, most likely, if another thread was chosen at any step. */
  long digest() {
    return digest;
  }

  /** Has each choice told from now on. */
  void tell(Consumer<String> to) {
    told = to;
  }

  // ---- Threads ----

  /** Returns the strand that runs, which has to be the calling thread's. */
  Strand current() {
    Strand running = current;
    if (running == null || running.thread != Thread.currentThread()) {
      throw new IllegalStateException(
          Thread.currentThread().getName() + " is no thread of the simulation, or not its turn");
    }
    return running;
  }

  /** Adds a thread that is about to start. */
  void add(Thread thread) {
    Strand strand = new Strand(thread, added++);
    strands.put(thread, strand);
    living.add(strand);
    turns.rank(strand);
    turns.add(strand, steps);
  }

  /** Tells whether the thread has started and not ended. */
  boolean isAlive(Thread thread) {
    return strands.containsKey(thread);
  }

  /** Runs a thread's work once it is its turn. */
  void run(Thread thread, Runnable work) {
    Strand strand = strands.get(thread);
    if (strand == null) {
      throw new IllegalStateException(thread.getName() + " was not started in the simulation");
    }
    resume(strand, null);
    try {
      work.run();
    } catch (Throwable t) {
      fail(t);
      return;
    }
    strands.remove(thread);
    living.remove(strand);
    signal(thread);
    if (living.isEmpty()) {
      over.countDown();
    } else {
      Strand next = choose();
      if (next != null) {
        current = next;
        next.grant();
      }
    }
  }

  /**
   * Lets the first thread run, and blocks until all have ended.
   *
   * @throws SimulationException if a thread threw, no thread could go on, or one did not come back
   */
  void play() throws InterruptedException {
    Strand first = choose();
    if (first != null) {
      current = first;
      first.grant();
    }
    long before = -1;
    while (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      if (steps == before) {
        failure = new SimulationException("a thread keeps the others from running: " + stacks());
        break;
      }
      before = steps;
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw new SimulationException(thrown);
    }
  }

  private String stacks() {
    StringBuilder all = new StringBuilder();
    strands
        .keySet()
        .forEach(
            thread -> {
              all.append('\n').append(thread.getName()).append(' ').append(thread.getState());
              for (StackTraceElement each : thread.getStackTrace()) {
                all.append("\n    ").append(each);
              }
            });
    return all.toString();
  }

  /** Ends the simulation. Threads that wait are daemons, and stay where they are. */
  void fail(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
    }
    over.countDown();
  }

  // ---- Waiting ----

  /** Returns until when a thread stood that could go on, as on a machine that is busy. */
  long stoodUntil() {
    return standing > 0 ? now : stoodUntil;
  }

  /** Lets another thread run, maybe, though this one could go on; or all others, for a while. */
  void pass() {
    Strand me = current();
    if (!turns.end(me)) {
      return;
    }
    long nanos = stands == null ? 0 : stands.getAsLong();
    if (nanos > 0) {
      standing++;
      Reason unused = await(new Object(), nanos, /* interruptible= */ false, null);
      standing--;
      stoodUntil = now;
    } else if (!turns.isEmpty()) {
      turns.add(me, steps);
      letRun(me, null);
    }
  }

  /**
   * Blocks the calling thread until the channel is signalled, or for {@code nanos}.
   *
   * @param monitor a monitor of the JVM to give up meanwhile; null if the thread holds none
   */
  Reason await(Object channel, long nanos, boolean interruptible, @Nullable Object monitor) {
    Strand me = current();
    if (interruptible && Thread.interrupted()) {
      return Reason.INTERRUPTED;
    }
    me.channel = channel;
    me.interruptible = interruptible;
    me.waits++;
    waiting.computeIfAbsent(channel, unused -> new ArrayDeque<>()).add(me);
    if (nanos < FOREVER - now) {
      alarms.add(new Alarm(now + Math.max(0, nanos), alarmed++, me, me.waits));
    }
    letRun(me, monitor);
    return me.reason;
  }

  /** Lets all go on that wait at the channel. */
  void signal(Object channel) {
    Deque<Strand> all = waiting.get(channel);
    while (all != null && !all.isEmpty()) {
      wake(all.getFirst(), Reason.SIGNALLED);
    }
  }

  /** Lets the thread go on that has waited longest at the channel. */
  void signalOne(Object channel) {
    Deque<Strand> all = waiting.get(channel);
    if (all != null) {
      wake(all.getFirst(), Reason.SIGNALLED);
    }
  }

  private void wake(Strand strand, Reason reason) {
    Object channel = strand.channel;
    Deque<Strand> all = channel == null ? null : waiting.get(channel);
    if (channel == null || all == null) {
      throw new IllegalStateException(strand + " does not wait");
    }
    all.remove(strand);
    if (all.isEmpty()) {
      waiting.remove(channel);
    }
    strand.channel = null;
    strand.waits++;
    strand.reason = reason;
    turns.add(strand, steps);
  }

  /** Has a thread find itself interrupted when it runs again. */
  void interrupt(Thread thread, Runnable now) {
    Strand strand = strands.get(thread);
    if (strand == null || strand == current) {
      now.run();
      return;
    }
    strand.interrupted = true;
    if (strand.channel != null && strand.interruptible) {
      wake(strand, Reason.INTERRUPTED);
    }
  }

  /** Lets the thread's next {@link #park} return. */
  void unpark(Thread thread) {
    Strand strand = strands.get(thread);
    if (strand != null) {
      strand.permit = true;
      signal(strand);
    }
  }

  /** Blocks until {@link #unpark}, or an interrupt. */
  void park() {
    Strand me = current();
    if (!me.permit && !me.thread.isInterrupted()) {
      Reason reason = await(me, FOREVER, /* interruptible= */ true, null);
      if (reason == Reason.INTERRUPTED) {
        me.thread.interrupt();
      }
    }
    me.permit = false;
  }

  // ---- Choosing ----

  private void letRun(Strand me, @Nullable Object monitor) {
    Strand next = choose();
    if (next == null) {
      stop();
      return;
    }
    if (next != me) {
      me.lieAt(monitor);
      current = next;
      next.grant();
    }
    if (next != me) {
      resume(me, monitor);
    } else {
      takeInterrupt(me);
    }
  }

  private static void resume(Strand me, @Nullable Object monitor) {
    me.awaitGrant(monitor);
    takeInterrupt(me);
  }

  /** An interrupt that ended a wait is thrown there; any other is noted at the thread. */
  private static void takeInterrupt(Strand me) {
    if (me.interrupted) {
      me.interrupted = false;
      if (me.reason != Reason.INTERRUPTED) {
        me.thread.interrupt();
      }
    }
  }

  /** The simulation has failed: the thread stays where it is. */
  private static void stop() {
    while (true) {
      LockSupport.park();
    }
  }

  /** Chooses the thread that runs next; null if the simulation is over. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread runs.
  private @Nullable Strand choose() {
    if (failure != null) {
      return null;
    }
    while (turns.isEmpty()) {
      Alarm next = alarms.poll();
      if (next == null) {
        fail(new SimulationException("no thread can ever go on: " + describe()));
        return null;
      }
      ring(next);
      while (turns.areChosen() && !alarms.isEmpty() && alarms.element().nanos() <= now) {
        ring(alarms.remove()); // Threads that go on at one moment meet.
      }
    }
    Strand chosen = turns.next();
    steps++;
    if (told != null) {
      told.accept(now + " " + chosen);
    }
    digest = (digest ^ now) * 0x100000001b3L;
    digest = (digest ^ chosen.thread.getName().hashCode()) * 0x100000001b3L;
    return chosen;
  }

  /** Time goes on to the end of a wait, unless that wait has ended. */
  private void ring(Alarm alarm) {
    if (alarm.strand().waits == alarm.ordinal()) {
      now = Math.max(now, alarm.nanos());
      wake(alarm.strand(), Reason.TIMED_OUT);
    }
  }

  private String describe() {
    StringBuilder all = new StringBuilder();
    for (Strand each : living) {
      all.append('\n').append(each).append(" waits for ").append(name(each.channel));
      for (StackTraceElement frame : each.thread.getStackTrace()) {
        all.append("\n    ").append(frame);
      }
    }
    return all.toString();
  }

  private static String name(@Nullable Object channel) {
    return channel == null ? "its turn" : channel.getClass().getSimpleName();
  }
}
