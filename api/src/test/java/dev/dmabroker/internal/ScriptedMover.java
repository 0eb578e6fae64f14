package dev.dmabroker.internal;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.util.concurrent.CountDownLatch;

/** Copies with the CPU, after doing what a test tells it. */
final class ScriptedMover implements Mover {
  volatile ScriptedHeap.Hook onPrepare = () -> {};
  volatile ScriptedHeap.Hook onCopy = () -> {};
  private final Mover cpu = new CpuMover();

  /** Holds up a thread until a test lets it go on. */
  static final class Stop implements ScriptedHeap.Hook {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Override
    public void run() {
      reached.countDown();
      LifeTest.await(gone);
    }

    void awaitReached() {
      Await.until("stopped", () -> reached.getCount() == 0);
    }

    void goOn() {
      gone.countDown();
    }
  }

  /** The next copy stops. */
  Stop stopCopy() {
    Stop stop = new Stop();
    onCopy = stop;
    return stop;
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public void prepare(Copy copy) throws HeapException {
    onPrepare.run();
    cpu.prepare(copy);
  }

  @Override
  public long copy(Copy copy) throws HeapException {
    onCopy.run();
    return cpu.copy(copy);
  }
}
