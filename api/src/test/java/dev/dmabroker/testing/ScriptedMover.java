package dev.dmabroker.testing;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/** Copies with the CPU, after doing what a test tells it. */
public final class ScriptedMover implements Mover {
  public volatile ScriptedHeap.Hook onPrepare = () -> {};
  public volatile ScriptedHeap.Hook onCopy = () -> {};

  /** Holds up a thread until a test lets it go on. */
  public static final class Stop implements ScriptedHeap.Hook {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    @Override
    public void run() {
      reached.countDown();
      Await.latch(gone);
    }

    public void awaitReached() {
      Await.until("stopped", () -> reached.getCount() == 0);
    }

    public void goOn() {
      gone.countDown();
    }
  }

  /** The next copy stops. */
  public Stop stopCopy() {
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
    ByteBuffer unusedFrom = copy.from().bytes(0, 1);
    ByteBuffer unusedTo = copy.to().bytes(0, 1);
  }

  @Override
  public long copy(Copy copy) throws HeapException {
    onCopy.run();
    if (!copy.source().equals(copy.target())) {
      throw new AssertionError("copies what lies as it lay, not " + copy);
    }
    copy.from().beginCpuAccess(Access.READ);
    try {
      copy.to().beginCpuAccess(Access.OVERWRITE);
      try {
        int bytes = Math.toIntExact(Math.min(copy.from().sizeBytes(), copy.to().sizeBytes()));
        copy.to().bytes(0, bytes).put(copy.from().bytes(0, bytes));
        return bytes;
      } finally {
        copy.to().endCpuAccess(Access.OVERWRITE);
      }
    } finally {
      copy.from().endCpuAccess(Access.READ);
    }
  }
}
