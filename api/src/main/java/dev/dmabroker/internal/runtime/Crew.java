package dev.dmabroker.internal.runtime;

import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds threads that help a caller with the parts of a job, for example of a copy. They are
 * daemons, started when they are first needed and ended when they are idle. This class is
 * thread-safe; several jobs may run at once, and share the helpers.
 *
 * <p>A thread that is free takes the next part, so the caller never waits for a helper to come; it
 * waits only for a helper to finish the part that the helper is at. A helper that comes late finds
 * less to do, or nothing.
 *
 * <p>When {@link #run} is over, no helper is at a part, and no helper will be. A helper counts
 * itself in before it takes a part. The caller sees to it that no part is left, and then reads the
 * count. These are volatile accesses, all in one order: a part that was taken was taken before no
 * part was left, so the helper that took it was counted in before the caller reads the count, and
 * is counted out only after its last part. That count also makes what the helper wrote visible to
 * the caller.
 */
public final class Crew {
  /**
   * The caller waits this number of turns before it parks. They take some microseconds, less than
   * being woken takes.
   */
  private static final int SPINS = 500;

  private final ThreadPoolExecutor helpers;

  /**
   * Makes a crew of at most {@code maxHelpers} helpers over all jobs; there has to be at least 1.
   */
  public Crew(int maxHelpers) {
    this(maxHelpers, Pools.numbered("copy", WorldThread::new));
  }

  /** Makes a crew with threads that the factory makes. */
  public Crew(int maxHelpers, ThreadFactory threads) {
    helpers = Pools.pool(maxHelpers, threads);
  }

  /** Starts the helpers now, so that a job which comes soon does not have to start them. */
  public void standBy() {
    call(helpers::prestartAllCoreThreads);
  }

  /**
   * Calls {@code part} once with each number below {@code parts}, in the caller and in helpers, and
   * blocks until that is done. Interruption is put off until then.
   *
   * @param threads the number of threads to use, the caller included
   * @throws RuntimeException what a part has thrown, or an Error, in whatever thread the part ran.
   *     Then parts may be left out, but no part is under way
   */
  public void run(int parts, IntConsumer part, int threads) {
    int wanted = Math.min(threads, parts) - 1;
    if (wanted < 1) {
      for (int i = 0; i < parts; i++) {
        part.accept(i);
      }
      return;
    }
    Job job = new Job(parts, part);
    try {
      call(
          () -> {
            for (int i = 0; i < wanted; i++) {
              helpers.execute(job);
            }
          });
      job.work();
    } finally {
      job.stop();
      while (helpers.remove(job)) {
        // This drops a helper's turn that did not come: the queue would keep the job, and so its
        // memory, reachable.
      }
    }
    job.throwFailure();
  }

  /**
   * Runs a request for help. A thread that cannot be made is not needed: the caller does its parts.
   */
  private static void call(Runnable forHelp) {
    try {
      forHelp.run();
    } catch (OutOfMemoryError e) {
      EngineLog.LOG.log(Level.DEBUG, "copying goes on without more threads", e);
    }
  }

  /** Holds the parts of one {@link #run}, with the count of helpers that may be at a part. */
  private static final class Job implements Runnable {
    private final int parts;
    private final IntConsumer part;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger helping = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Job(int parts, IntConsumer part) {
      this.parts = parts;
      this.part = part;
    }

    /** Works in a helper's thread. The last helper that ends wakes the caller. */
    @Override
    public void run() {
      helping.incrementAndGet();
      try {
        work();
      } finally {
        if (helping.decrementAndGet() == 0) {
          World.here().unpark(caller);
        }
      }
    }

    /** Takes parts until no part is left. After a failure no further part is taken. */
    void work() {
      try {
        for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
          part.accept(i);
        }
      } catch (Throwable e) {
        next.set(parts);
        Throwable first = failure.compareAndExchange(null, e);
        if (first != null && first != e) {
          first.addSuppressed(e);
        }
      }
    }

    /** Returns once no helper is at a part. */
    void stop() {
      next.set(parts);
      boolean interrupted = false;
      for (int round = 0; helping.get() > 0; round++) {
        if (round < SPINS) {
          Thread.onSpinWait();
        } else {
          World.here().park(this);
          interrupted |= Thread.interrupted();
        }
      }
      if (interrupted) {
        caller.interrupt();
      }
    }

    /**
     * Throws the first failure of a part, if there was one; later failures are suppressed in it.
     */
    void throwFailure() {
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
      if (thrown != null) {
        throw new IllegalStateException("a part threw " + thrown, thrown);
      }
    }
  }
}
