package dev.dmabroker.internal.runtime;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The world as the machine has it: the JVM's threads, and the time that passes by itself. */
final class Machine implements World {
  static final World WORLD = new Machine();

  private Machine() {}

  @Override
  public Time time() {
    return Time.ofMachine();
  }

  @Override
  public <T> T get(CompletableFuture<T> future, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> T join(CompletableFuture<T> future) {
    return future.join();
  }

  @Override
  public void await(Object monitor, long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedWait(monitor, nanos);
  }

  @Override
  public void signal(Object monitor) {
    monitor.notifyAll();
  }

  @Override
  public void park(Object blocker) {
    LockSupport.park(blocker);
  }

  @Override
  public void unpark(Thread thread) {
    LockSupport.unpark(thread);
  }

  @Override
  public void sleep(Duration time) {
    LockSupport.parkNanos(Durations.nanos(time));
  }

  @Override
  public BlockingQueue<Runnable> queue(int room) {
    return new LinkedBlockingQueue<>(room);
  }

  @Override
  public Timer timer(ThreadFactory threads) {
    return new MachineTimer(Pools.timer(threads));
  }

  @Override
  public Executor callbacks() {
    return ForkJoinPool.commonPool();
  }

  /** A timer whose thread starts when it is needed. */
  private record MachineTimer(ScheduledThreadPoolExecutor thread) implements Timer {
    @Override
    public Future<?> schedule(Runnable work, long nanos) {
      return thread.schedule(work, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int scheduled() {
      return thread.getQueue().size();
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }
}
