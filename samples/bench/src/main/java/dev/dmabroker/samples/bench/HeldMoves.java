package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that moves to and fro between two heaps of a broker, local or remote, while a device of
 * the same broker maps it for writing again and again, and holds each mapping for a moment.
 */
final class HeldMoves implements AutoCloseable {
  private static final long HOLD_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private final SharedBuffer buffer;
  private final Attachment held;
  private final Thread thread = new Thread(this::hold, "holder");
  private Device next;
  private Device other;
  private Attachment strict;
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;

  HeldMoves(Broker broker) {
    next = broker.register("at right", Constraints.builder().permittedHeaps("right").build());
    other = broker.register("at left", Constraints.builder().permittedHeaps("left").build());
    buffer = broker.export(BlobSpec.of(1 << 16));
    strict = buffer.attach(other);
    strict.map(Access.WRITE).close();
    held = buffer.attach(broker.register("holder", Constraints.none()));
    thread.start();
  }

  private void hold() {
    try {
      while (!stopped) {
        try (Mapping mapping = held.map(Access.WRITE)) {
          LockSupport.parkNanos(mapping.isOpen() ? HOLD_NANOS : 0);
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /** So many moves. */
  void move(int count) {
    for (int i = 0; i < count; i++) {
      strict.close();
      strict = buffer.attach(next);
      Device reached = next;
      next = other;
      other = reached;
      strict.map(Access.READ).close();
    }
    if (failure != null) {
      throw new MeasuringException("the holder failed", failure);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    strict.close();
    held.close();
    buffer.close();
    next.close();
    other.close();
  }
}
