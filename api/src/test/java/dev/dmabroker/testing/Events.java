package dev.dmabroker.testing;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceLeftOut;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.event.LeaseReturned;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps events until a test takes them. */
public final class Events implements BrokerListener {
  public final BlockingQueue<MemoryAllocated> allocated = new LinkedBlockingQueue<>();
  public final BlockingQueue<HeapRefusal> refused = new LinkedBlockingQueue<>();
  public final BlockingQueue<BufferMove> moved = new LinkedBlockingQueue<>();
  public final BlockingQueue<BufferMove> rolledBack = new LinkedBlockingQueue<>();
  public final BlockingQueue<MapStalled> stalled = new LinkedBlockingQueue<>();
  public final BlockingQueue<MemoryReleased> released = new LinkedBlockingQueue<>();
  public final BlockingQueue<LeaseRecalled> recalled = new LinkedBlockingQueue<>();
  public final BlockingQueue<LeaseReturned> returned = new LinkedBlockingQueue<>();
  public final BlockingQueue<DeviceLeftOut> leftOut = new LinkedBlockingQueue<>();

  @Override
  public void allocated(MemoryAllocated event) {
    allocated.add(event);
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    refused.add(event);
  }

  @Override
  public void moved(BufferMove event) {
    moved.add(event);
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    rolledBack.add(event);
  }

  @Override
  public void stalled(MapStalled event) {
    stalled.add(event);
  }

  @Override
  public void released(MemoryReleased event) {
    released.add(event);
  }

  @Override
  public void leaseRecalled(LeaseRecalled event) {
    recalled.add(event);
  }

  @Override
  public void leaseReturned(LeaseReturned event) {
    returned.add(event);
  }

  @Override
  public void leftOut(DeviceLeftOut event) {
    leftOut.add(event);
  }

  /** The next event of a kind, which is waited for. */
  public static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return next(queue, Await.DEADLINE);
  }

  /** The next event of a kind, which is waited for. */
  public static <T> T next(BlockingQueue<T> queue, Duration deadline) throws InterruptedException {
    T event = queue.poll(deadline.toNanos(), NANOSECONDS);
    if (event == null) {
      throw new AssertionError("no event");
    }
    return event;
  }
}
