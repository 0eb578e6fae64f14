package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Simulation;
import java.util.concurrent.BlockingQueue;

/** A device that works after mappings were closed, in one thread, as threads are dear. */
final class DuelDevice {
  private final BlockingQueue<Runnable> jobs;
  private boolean over;

  DuelDevice(Simulation world, String name) {
    this.jobs = world.queue(Integer.MAX_VALUE);
    WorldThread thread = world.thread(name, this::work);
    thread.start();
  }

  /** Does not block. */
  void submit(Runnable job) {
    boolean unused = jobs.offer(job);
  }

  /** Ends the thread, once its jobs are done. */
  void close() {
    submit(() -> over = true);
  }

  private void work() {
    try {
      while (!over) {
        jobs.take().run();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e); // No thread interrupts it.
    }
  }
}
