package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Strand.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A world whose time is only counted, and in which one thread runs at a time: which one follows
 * from a seed, so a run can be repeated. Threads are real, and run the engine's own code. A broker
 * that one of them builds lives in this world, with its workers, timer and listeners.
 *
 * <p>A thread makes way for others where it waits (at a map, a future, a queue, for a time), and at
 * {@link #pass}. It must not hold a monitor of the JVM meanwhile, but for the one that it waits at;
 * another thread that needs it would never come back, which {@link #run} reports. Code that was
 * rewritten to call {@link #enter} and {@link #exit} in place of monitors may make way anywhere.
 *
 * <p>What threads of a simulation do must not depend on anything else than this world: no other
 * thread, no other clock, no random number, no order of a hash table over identities. Leaks are
 * found by the garbage collector, so brokers here have to be told not to look for them.
 */
public final class Simulation implements World, Time {
  /** Where the count begins; a time of 0 means none in the engine. */
  private static final Instant START = Instant.parse("2020-01-01T00:00:00Z");

  /** The first numbers of a generator are alike for seeds that are near to one another. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private final Schedule schedule;
  private final Monitors monitors;
  private final AtomicInteger callbacks = new AtomicInteger();

  private Simulation(Schedule schedule) {
    this.schedule = schedule;
    this.monitors = new Monitors(schedule);
  }

  /** How often threads make way that could go on, and for how long. */
  public enum Pace {
    /** Often, and now and then a thread stands for a while, as on a machine that is busy. */
    BUSY(2, 9, /* ranked= */ false, 200_000, 3_000_000),
    /** Often, but no thread stands while no other runs. */
    IDLE(2, 9, /* ranked= */ false, 0, 0),
    /** A thread that makes way stands until the others can go no further, or a moment longer. */
    RANKED(3, 7, /* ranked= */ true, 100_000, 400_000),
    /** Seldom, so that much time passes soon; now and then a thread stands. */
    CALM(9, 15, /* ranked= */ false, 200_000, 3_000_000);

    /** A thread makes way at one of two to the power of this many points at most. */
    private final int least;

    /** And of less than two to the power of this. */
    private final int end;

    private final boolean ranked;

    /** How long a thread stands at most, in each second case. */
    private final int shortNanos;

    /** And in the others. */
    private final int longNanos;

    Pace(int least, int end, boolean ranked, int shortNanos, int longNanos) {
      this.least = least;
      this.end = end;
      this.ranked = ranked;
      this.shortNanos = shortNanos;
      this.longNanos = longNanos;
    }

    private Schedule schedule(Random random) {
      int makesWay = 1 << (least + random.nextInt(end - least));
      return new Schedule(
          new Turns(random, makesWay, ranked), longNanos == 0 ? null : () -> stand(random));
    }

    private long stand(Random random) {
      if (!random.nextBoolean()) {
        return 0;
      }
      return random.nextInt(random.nextBoolean() ? shortNanos : longNanos);
    }
  }

  /** Makes a world in which a seed decides which of several threads goes on. */
  public static Simulation of(long seed, Pace pace) {
    return new Simulation(pace.schedule(new Random(seed * SPREAD)));
  }

  /** Makes a world in which threads go on in the order in which they are able to. */
  public static Simulation inOrder() {
    return new Simulation(new Schedule(new Turns(null, 1, /* ranked= */ false), null));
  }

  /**
   * Runs the work in a thread of this world, and blocks until that and all threads that came of it
   * have ended.
   *
   * @throws SimulationException if a thread threw, no thread could go on, or one did not come back
   */
  public void run(Runnable work) throws InterruptedException {
    thread("main", work).start();
    schedule.play();
  }

  /** Makes a thread of this world. */
  public WorldThread thread(String name, Runnable work) {
    WorldThread thread = new WorldThread(this, work);
    thread.setName(name);
    thread.setDaemon(true);
    return thread;
  }

  /** Tells whether the thread has started and not ended; {@link Thread#isAlive} does by chance. */
  public boolean isAlive(WorldThread thread) {
    return schedule.isAlive(thread);
  }

  /** Blocks until the thread has ended. */
  public void join(WorldThread thread) {
    while (isAlive(thread)) {
      Reason unused = schedule.await(thread, Schedule.FOREVER, /* interruptible= */ false, null);
    }
  }

  /** Returns until when a thread last stood at {@link #pass} that could go on. */
  public long stoodUntil() {
    return schedule.stoodUntil();
  }

  /** Returns how often a thread was chosen to run. */
  public long steps() {
    return schedule.steps();
  }

  /** Returns a number that stands for all that was chosen: it is equal for equal runs. */
  public long digest() {
    return schedule.digest();
  }

  /** Has each choice of a thread told from now on: the time in nanoseconds, and its name. */
  public void tell(Consumer<String> to) {
    schedule.tell(to);
  }

  // ---- Points in rewritten code ----

  /** Lets another thread of the calling thread's world run, maybe. */
  public static void pass() {
    if (World.here() instanceof Simulation here) {
      here.schedule.pass();
    }
  }

  /** Enters what stands for an object's monitor. */
  public static void enter(Object of) {
    if (World.here() instanceof Simulation here) {
      here.monitors.enter(of);
    }
  }

  /** Leaves what was entered last. */
  public static void exit() {
    if (World.here() instanceof Simulation here) {
      here.monitors.exit();
    }
  }

  // ---- Time ----

  @Override
  public Time time() {
    return this;
  }

  @Override
  public long nanos() {
    return schedule.now();
  }

  @Override
  public Instant instant(long nanos) {
    return START.plusNanos(nanos);
  }

  // ---- Waiting ----

  @Override
  public <T> T get(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    Reason reason = await(future, nanos, /* interruptible= */ true);
    if (reason == Reason.INTERRUPTED) {
      throw new InterruptedException();
    }
    if (!future.isDone()) {
      throw new TimeoutException();
    }
    return future.get();
  }

  @Override
  public <T> T join(CompletableFuture<T> future) {
    Reason unused = await(future, Schedule.FOREVER, /* interruptible= */ false);
    return future.join();
  }

  private Reason await(CompletableFuture<?> future, long nanos, boolean interruptible) {
    Reason reason = Reason.SIGNALLED;
    if (!future.isDone()) {
      CompletableFuture<?> unused =
          future.whenComplete((value, failure) -> schedule.signal(future));
      long start = schedule.now();
      while (!future.isDone() && reason == Reason.SIGNALLED) {
        long left = nanos == Schedule.FOREVER ? nanos : nanos - (schedule.now() - start);
        reason = schedule.await(future, left, interruptible, null);
      }
    }
    return reason;
  }

  @Override
  public void await(Object monitor, long nanos) throws InterruptedException {
    Reason reason =
        Thread.holdsLock(monitor)
            ? schedule.await(monitor, nanos, /* interruptible= */ true, monitor)
            : monitors.await(monitor, nanos);
    if (reason == Reason.INTERRUPTED) {
      throw new InterruptedException();
    }
  }

  @Override
  public void signal(Object monitor) {
    schedule.signal(monitor);
  }

  @Override
  public void park(Object blocker) {
    schedule.park();
  }

  @Override
  public void unpark(Thread thread) {
    schedule.unpark(thread);
  }

  @Override
  public void sleep(Duration time) {
    Reason reason =
        schedule.await(new Object(), Durations.nanos(time), /* interruptible= */ true, null);
    if (reason == Reason.INTERRUPTED) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- Threads ----

  @Override
  public BlockingQueue<Runnable> queue(int room) {
    return new SimulatedQueue(room, schedule);
  }

  @Override
  public Timer timer(ThreadFactory threads) {
    return new SimulatedTimer(schedule, threads);
  }

  @Override
  public Executor callbacks() {
    return work -> thread("callback-" + callbacks.getAndIncrement(), work).start();
  }

  @Override
  public void starting(WorldThread thread) {
    schedule.add(thread);
  }

  @Override
  public Runnable running(Runnable work) {
    return () -> schedule.run(Thread.currentThread(), work);
  }

  @Override
  public void interrupt(WorldThread thread, Runnable now) {
    schedule.interrupt(thread, now);
  }
}
