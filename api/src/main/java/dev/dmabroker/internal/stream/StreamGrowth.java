package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decides how many buffers a stream has. It grows when the producer would have to wait: a worker
 * makes one buffer for each waiter, while a buffer that is returned may still come first. A refusal
 * of a buffer beyond the declared ones ({@link StreamShortage}) makes the producer wait and fails
 * nothing; heaps are then left alone for the quiet time. The stream's lock guards all state; memory
 * is got without it.
 */
final class StreamGrowth {
  private static final String DECLARED = "declared";

  private final StreamLife life;
  private final StreamUse use;
  private final StreamPool pool;
  private final StreamLimits limits;
  private final StreamShortage shortage;
  private final StreamBufferMaker maker;

  /** Runs under the lock when a buffer was added to the pool. */
  private final Consumer<AfterLock> added;

  private final long quietNanos;

  /** How often the producer would have had to wait. */
  private long starved;

  private long grown;
  private long shrunk;

  StreamGrowth(StreamUse use, StreamLimits limits, Consumer<AfterLock> added) {
    this.life = use.life;
    this.use = use;
    this.pool = use.pool;
    this.limits = limits;
    this.shortage = new StreamShortage(use, limits);
    this.maker = new StreamBufferMaker(use);
    this.added = added;
    this.quietNanos = Durations.nanos(life.spec.quietTime());
    life.addPart(this::keep);
  }

  private void keep(AfterLock after) {
    long starved = this.starved;
    long grown = this.grown;
    long shrunk = this.shrunk;
    after.undo(
        () -> {
          this.starved = starved;
          this.grown = grown;
          this.shrunk = shrunk;
        });
    shortage.keep(after);
  }

  /** The reason why the stream can have no more buffers. */
  StreamShortage shortage() {
    return shortage;
  }

  // ---- When to grow; under the lock ----

  /** The producer has to wait for a free buffer, or tried in vain to acquire one. */
  void starve(int waiting, AfterLock after) {
    starved++;
    growFor(waiting, after);
  }

  /**
   * The producer waits still: grows if what was in the way has passed. An obstacle that persists
   * counts as one refusal, however long the wait lasts.
   */
  void retry(int waiting, AfterLock after) {
    if (shortage.isTold() && shortage.obstacle() != null) {
      relieve(waiting, after);
    } else {
      growFor(waiting, after);
    }
  }

  /** How long it takes until {@link #retry} may find that something has passed. */
  long retryLeft(int waiting, long nowNanos) {
    return areMadeFor(waiting) ? StreamWatch.NEVER : shortage.left(nowNanos);
  }

  /** Heaps have joined the broker: memory that was refused is sought once more. */
  void heapsJoined(int waiting, AfterLock after) {
    shortage.forgetRefusal();
    if (waiting > 0) {
      growFor(waiting, after);
    }
    keepFloor(after);
  }

  /** Makes a buffer more for those that wait, unless enough are being made. */
  private void growFor(int waiting, AfterLock after) {
    if (areMadeFor(waiting)) {
      return;
    }
    String why = shortage.obstacle();
    if (why == null) {
      begin("the producer would have waited", after);
    } else {
      shortage.begin(why, after);
      takeBack(after);
    }
  }

  /** Whether a buffer is being made for each that waits, or for one that tried in vain. */
  private boolean areMadeFor(int waiting) {
    return pool.making() >= Math.max(1, waiting);
  }

  /** Makes buffers until there are as many as were declared. */
  void keepFloor(AfterLock after) {
    while (life.isRunning() && pool.reserved() < limits.floor() && shortage.obstacle() == null) {
      begin(DECLARED, after);
    }
  }

  /** Takes a buffer back if those that wait can have none otherwise. */
  void relieve(int waiting, AfterLock after) {
    if (!areMadeFor(waiting) && shortage.obstacle() != null) {
      takeBack(after);
    }
  }

  /**
   * Takes back a buffer that is only queued, from consumers that can do without, unless one is
   * free.
   */
  private void takeBack(AfterLock after) {
    if (pool.free() > 0) {
      return;
    }
    List<AttachedConsumer> consumers = use.devices.consumers();
    for (AttachedConsumer consumer : consumers) {
      StreamBuffer spare = consumer.spare();
      if (spare != null) {
        List<AttachedConsumer> all =
            consumers.stream().filter(each -> each.spare() == spare).toList();
        if (all.size() == spare.users()) {
          all.forEach(each -> each.giveUp(after));
          return;
        }
      }
    }
  }

  // ---- When to shrink; under the lock ----

  /** Gives back the buffers that lay idle for the quiet time. */
  void shrink(long nowNanos, AfterLock after) {
    int floor = limits.floor();
    while (pool.depth() > floor) {
      StreamBuffer idle = pool.idleSince(nowNanos - quietNanos);
      if (idle == null) {
        return;
      }
      int before = pool.depth();
      after.then(pool.remove(idle, after));
      shrunk++;
      String reason = "idle for " + Duration.ofNanos(quietNanos).toMillis() + " ms";
      life.events.resized(before, pool, reason, after);
    }
  }

  /** How long it takes until {@link #shrink} finds a buffer; {@code most} if that is less. */
  long shrinkLeft(long nowNanos, long most) {
    long left = pool.idleLeft(nowNanos, quietNanos);
    return left < most && pool.depth() > limits.floor() ? left : most;
  }

  /**
   * Takes one buffer out of the stream: now if it is free, otherwise later. False if there is none.
   */
  boolean remove(int index, AfterLock after) {
    StreamBuffer buffer = pool.find(index);
    if (buffer == null) {
      return false;
    }
    int before = pool.depth();
    buffer.keep(after);
    buffer.leave();
    if (buffer.isFree()) {
      after.then(pool.remove(buffer, after));
      life.events.resized(before, pool, "removed", after);
      keepFloor(after);
    }
    return true;
  }

  // ---- Making buffers ----

  /** Reserves a place for one more buffer, which a worker makes. */
  private void begin(String reason, AfterLock after) {
    int index = pool.reserve();
    after.then(() -> life.execute(() -> grow(index, reason)));
  }

  /** Makes a buffer on workers. A failure leaves the stream short of buffers, and fails nothing. */
  private void grow(int index, String reason) {
    maker.makeOnWorkers(index, after -> added(reason, after), why -> refuse(index, failure(why)));
  }

  private BrokerException failure(Throwable why) {
    if (why instanceof BrokerException known) {
      return known;
    }
    BrokerException failure =
        Exceptions.allocation("a buffer more for " + life.spec.name() + " threw " + why, List.of());
    failure.initCause(why);
    return failure;
  }

  private StreamBuffer make(int index, String reason) {
    return maker.make(index, after -> added(reason, after));
  }

  private void added(String reason, AfterLock after) {
    grown += reason.equals(DECLARED) ? 0 : 1;
    shortage.endRefusal();
    life.events.resized(pool.depth() - 1, pool, reason, after);
    added.accept(after);
  }

  /**
   * Frees the place and records the refusal in one step: a buffer that was made in between would
   * end the refusal before it is recorded, and the stream would deny that buffer.
   */
  private void refuse(int index, BrokerException failure) {
    life.report(
        after -> {
          pool.release(index);
          if (!life.isClosed()) {
            shortage.begin(failure, after);
            takeBack(after);
          }
        });
  }

  /**
   * Makes as many buffers as were declared, in the calling thread. If one cannot be made, those
   * that were made leave.
   *
   * @throws IllegalArgumentException if the stream's limits are lower
   */
  void fill() {
    List<StreamBuffer> made = new ArrayList<>();
    int[] making = {-1};
    try {
      while ((making[0] = reserveMissing()) >= 0) {
        made.add(make(making[0], DECLARED));
        making[0] = -1;
      }
    } catch (Throwable e) {
      life.report(
          after -> {
            if (making[0] >= 0) {
              pool.release(making[0]);
            }
            for (StreamBuffer buffer : made) {
              boolean unused = remove(buffer.index(), after);
            }
          });
      throw e;
    }
  }

  private int reserveMissing() {
    return life.locked(after -> limits.reserveMissing());
  }

  // ---- Saying how much ----

  /** The fewest buffers that the stream may have. */
  int floor() {
    return limits.floor();
  }

  /** How often the producer would have had to wait. */
  long starved() {
    return starved;
  }

  /** How many buffers were made beyond those that were declared. */
  long grown() {
    return grown;
  }

  /** How many buffers were given back because they lay idle. */
  long shrunk() {
    return shrunk;
  }
}
