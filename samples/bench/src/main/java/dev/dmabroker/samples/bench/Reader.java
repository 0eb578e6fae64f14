package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.spec.Access;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Maps for reading again and again, and holds each mapping for a while, as a display does. */
final class Reader implements AutoCloseable {
  private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Attachment attachment;
  private final Thread thread = new Thread(this::read, "reader");
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;
  private long[] waits = new long[1024];
  private int count;

  Reader(Attachment attachment) {
    this.attachment = attachment;
    thread.start();
  }

  private void read() {
    try {
      while (!stopped) {
        long start = System.nanoTime();
        try (Mapping mapping = attachment.map(Access.READ)) {
          add(System.nanoTime() - start);
          long until = System.nanoTime() + HOLD_NANOS;
          for (long left = HOLD_NANOS; left > 0 && mapping.isOpen(); ) {
            LockSupport.parkNanos(left);
            left = until - System.nanoTime();
          }
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void add(long nanos) {
    if (count == waits.length) {
      waits = Arrays.copyOf(waits, 2 * count);
    }
    waits[count++] = nanos;
  }

  /**
   * Stops.
   *
   * @return how long each map took, in nanoseconds
   */
  long[] stop() throws InterruptedException {
    close();
    thread.join();
    if (failure != null) {
      throw new MeasuringException("the reader failed", failure);
    }
    return Arrays.copyOf(waits, count);
  }

  @Override
  public void close() {
    stopped = true;
  }
}
