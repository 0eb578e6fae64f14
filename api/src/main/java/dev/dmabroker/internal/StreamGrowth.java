package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Holder;
import dev.dmabroker.MapTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many buffers a stream has. It grows when a producer would have to wait, one buffer for each
 * that waits, made by a worker while a buffer that is returned may still come first. What refuses a
 * buffer beyond those that were declared, be it a limit, a budget or the heaps, makes the producer
 * wait and fails nothing; heaps are then left alone for the quiet time. State is guarded by the
 * stream's lock; memory is got without it.
 */
final class StreamGrowth {
  private static final String DECLARED = "declared";

  private final StreamLife stream;
  private final StreamPool pool;
  private final MoveQueue<BufferLife> queue = new MoveQueue<>();
  private final long quietNanos;
  private long starved;
  private long grown;
  private long shrunk;
  private long refused;
  private @Nullable String heldBack;
  private @Nullable BrokerException refusal;
  private long refusedNanos;

  StreamGrowth(StreamLife stream) {
    this.stream = stream;
    this.pool = stream.pool;
    this.quietNanos = Durations.nanos(stream.spec.quietTime());
  }

  // ---- How many there should be; under the lock ----

  /** The fewest buffers. */
  int floor() {
    return Math.toIntExact(Math.max(stream.spec.minBuffers(), counts(stream.devices()).count()));
  }

  /** What the devices allow. */
  private long most() {
    return counts(stream.devices()).most();
  }

  /** Beside those that consumers hold there is one to fill, even if the producer did not say so. */
  private static BufferCounts counts(List<RegisteredDevice> devices) {
    BufferCounts all =
        Holdings.camping(devices.get(0).constraints()) < 0
            ? new BufferCounts(1, 0, 1, Long.MAX_VALUE)
            : BufferCounts.NONE;
    for (RegisteredDevice device : devices) {
      all = all.and(BufferCounts.of(device.constraints().counts()));
    }
    return all;
  }

  /** Whether the devices' counts agree; throws if the stream's limits do not. */
  boolean agrees(List<RegisteredDevice> devices) {
    BufferCounts counts = counts(devices);
    if (counts.isPossible() && counts.count() > stream.spec.maxBuffers()) {
      throw new IllegalArgumentException(
          Participant.names(devices)
              + " declared to need "
              + counts.count()
              + " buffers together, and stream "
              + stream.spec.name()
              + " may have "
              + stream.spec.maxBuffers()
              + "; allow it more with maxBuffers, or let the devices declare less");
    }
    return counts.isPossible();
  }

  // ---- When to grow; under the lock ----

  /** Somebody has to wait for a free buffer, or asked in vain. */
  void starve(AfterLock after) {
    starved++;
    retry(after);
  }

  void retry(AfterLock after) {
    String why = obstacle();
    if (why != null) {
      holdBack(why, after);
    } else if (pool.reserved() - pool.depth() < Math.max(1, stream.acquirers.waiting())) {
      begin("the producer would have waited", after);
    }
  }

  /** As many as were declared, at least. */
  void keepFloor(AfterLock after) {
    while (stream.state == BufferStream.State.RUNNING
        && pool.reserved() < floor()
        && obstacle() == null) {
      begin(DECLARED, after);
    }
  }

  private @Nullable String obstacle() {
    String limit = pool.limit(most());
    if (limit != null) {
      return limit;
    }
    return refusal != null && System.nanoTime() - refusedNanos < quietNanos
        ? "there is no memory: " + refusal.getMessage()
        : null;
  }

  private void holdBack(String why, AfterLock after) {
    refused++;
    if (heldBack == null) {
      heldBack = why;
      stream.tellHeldBack(why, after);
    }
    relieve(after);
  }

  /** A buffer is free. */
  void enough() {
    heldBack = null;
  }

  /** Takes back one that only waits for consumers which do without, if there can be no more. */
  void relieve(AfterLock after) {
    if (obstacle() == null || pool.free() > 0) {
      return;
    }
    for (AttachedConsumer reader : stream.readers) {
      StreamBuffer spare = reader.spare();
      if (spare != null) {
        List<AttachedConsumer> all =
            stream.readers.stream().filter(each -> each.spare() == spare).toList();
        if (all.size() == spare.users()) {
          all.forEach(each -> each.giveUp(after));
          return;
        }
      }
    }
  }

  /** Gives back what lay idle for the quiet time. */
  void shrink(long nowNanos, AfterLock after) {
    int floor = floor();
    while (pool.depth() > floor) {
      StreamBuffer idle = pool.idleSince(nowNanos - quietNanos);
      if (idle == null) {
        return;
      }
      int before = pool.depth();
      after.then(pool.remove(idle));
      shrunk++;
      stream.tellResized(before, "idle for " + stream.spec.quietTime().toMillis() + " ms", after);
    }
  }

  // ---- Making buffers ----

  private void begin(String reason, AfterLock after) {
    int index = pool.reserve();
    after.then(() -> stream.engine.execute(() -> grow(index, reason)));
  }

  private void grow(int index, String reason) {
    try {
      StreamBuffer unused = make(index, reason);
    } catch (BrokerException e) {
      refuse(index, e);
    } catch (RuntimeException | Error e) {
      BrokerException failure =
          Exceptions.allocation(
              "a buffer more for " + stream.spec.name() + " threw " + e, List.of());
      failure.initCause(e);
      refuse(index, failure);
    }
  }

  /** Frees its place and says why in one step, or a buffer made in between would be denied. */
  private void refuse(int index, BrokerException failure) {
    stream.locked(
        after -> {
          pool.release(index);
          if (stream.state != BufferStream.State.CLOSED) {
            refusal = failure;
            refusedNanos = System.nanoTime();
            holdBack("there is no memory: " + failure.getMessage(), after);
          }
          return null;
        });
  }

  /**
   * Makes as many as were declared, in the calling thread.
   *
   * @throws IllegalArgumentException if the stream's limits are lower
   */
  void fill() {
    List<StreamBuffer> made = new ArrayList<>();
    try {
      for (int index; (index = reserveMissing()) >= 0; ) {
        made.add(makeDeclared(index));
      }
    } catch (RuntimeException | Error e) {
      made.forEach(buffer -> stream.remove(buffer.index()));
      throw e;
    }
  }

  private StreamBuffer makeDeclared(int index) {
    try {
      return make(index, DECLARED);
    } catch (RuntimeException | Error e) {
      synchronized (stream.lock) {
        pool.release(index);
      }
      throw e;
    }
  }

  /** The index of a buffer that has to be made; -1 if there are enough. */
  private int reserveMissing() {
    synchronized (stream.lock) {
      if (pool.reserved() >= floor()) {
        return -1;
      }
      String limit = pool.limit(most());
      if (limit != null) {
        throw new IllegalArgumentException(
            "cannot start "
                + stream.spec.name()
                + ": its devices need "
                + floor()
                + " buffers and "
                + limit
                + "; allow it more with maxBuffers or maxBytes");
      }
      return pool.reserve();
    }
  }

  /**
   * Makes a buffer with memory that suits all who are there, and adds it to the stream. If it
   * throws its index is still taken.
   */
  private StreamBuffer make(int index, String reason) {
    ManagedBuffer buffer = null;
    StreamBuffer made = null;
    try {
      buffer =
          stream.engine.make(
              stream.spec.name() + "-" + (index + 1),
              stream.spec.buffer(),
              stream.producer,
              queue,
              /* origin= */ null);
      made = new StreamBuffer(index, buffer, buffer.attach(stream.producer));
      attachMissing(made);
      buffer.prepare();
      made.sizeBytes(buffer.snapshot().sizeBytes());
      while (!add(made, reason)) {
        attachMissing(made); // Somebody has come meanwhile.
      }
      return made;
    } catch (RuntimeException | Error e) {
      discard(buffer, made);
      throw e;
    }
  }

  private void attachMissing(StreamBuffer made) {
    List<AttachedConsumer> missing;
    synchronized (stream.lock) {
      missing = stream.readers.stream().filter(reader -> !made.isReadBy(reader)).toList();
    }
    for (AttachedConsumer reader : missing) {
      AttachedDevice attachment = made.buffer().attach(reader.device());
      synchronized (stream.lock) {
        made.addReader(reader, attachment);
      }
    }
  }

  /** False if somebody has come who is not attached yet. */
  private boolean add(StreamBuffer made, String reason) {
    return stream.locked(
        after -> {
          stream.checkOpen("grow");
          if (!stream.readers.stream().allMatch(made::isReadBy)) {
            return false;
          }
          made.removeReadersBut(stream.readers)
              .forEach(left -> after.then(left::close)); // They have gone meanwhile.
          int before = pool.depth();
          pool.add(made, stream.now());
          grown += reason.equals(DECLARED) ? 0 : 1;
          refusal = null;
          enough();
          stream.tellResized(before, reason, after);
          stream.acquirers.serve(after);
          return true;
        });
  }

  private void discard(@Nullable ManagedBuffer buffer, @Nullable StreamBuffer made) {
    Runnable end;
    synchronized (stream.lock) {
      end = made != null ? made.destroy() : buffer != null ? buffer::close : () -> {};
    }
    end.run();
  }

  // ---- Saying why ----

  /** Called without the lock. */
  MapTimeoutException timedOut(String what, Duration timeout) {
    String why;
    BrokerException cause;
    List<StreamBuffer> buffers;
    synchronized (stream.lock) {
      String obstacle = obstacle();
      why =
          "cannot "
              + what
              + " within "
              + timeout.toMillis()
              + " ms: "
              + (obstacle == null ? "a buffer more is being made" : obstacle)
              + "; "
              + stream.describeUse();
      cause = refusal;
      buffers = pool.copy();
    }
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.buffer().currentHolders()));
    return Exceptions.mapTimeout(why, holders, cause);
  }

  long starved() {
    return starved;
  }

  long grown() {
    return grown;
  }

  long shrunk() {
    return shrunk;
  }

  long refused() {
    return refused;
  }

  @Nullable String heldBack() {
    return heldBack;
  }
}
