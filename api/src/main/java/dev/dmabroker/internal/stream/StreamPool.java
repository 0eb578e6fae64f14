package dev.dmabroker.internal.stream;

import com.google.common.math.LongMath;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of a stream, which of them are free, and how many there may be. The buffer that was
 * used last is used next, so that buffers which are not needed lie idle and are noticed. Used under
 * the stream's lock.
 */
final class StreamPool {
  private final StreamSpec spec;
  private List<StreamBuffer> buffers = List.of();

  /** The free buffers; the one that was used last is the first. */
  private ArrayDeque<StreamBuffer> free = new ArrayDeque<>();

  /** The indices of buffers that are there or being made. */
  private BitSet indices = new BitSet();

  StreamPool(StreamSpec spec) {
    this.spec = spec;
  }

  /** Has a change that throws put back which buffers there are, and which are free. */
  void keep(AfterLock after) {
    List<StreamBuffer> buffers = this.buffers;
    ArrayDeque<StreamBuffer> free = this.free.clone();
    BitSet indices = (BitSet) this.indices.clone();
    after.undo(
        () -> {
          this.buffers = buffers;
          this.free = free;
          this.indices = indices;
        });
  }

  /** The number of buffers that are there. */
  int depth() {
    return buffers.size();
  }

  /** The number of buffers that are there or being made. */
  int reserved() {
    return indices.cardinality();
  }

  /** The number of buffers that are being made. */
  int making() {
    return reserved() - depth();
  }

  int free() {
    return free.size();
  }

  /** Whether all buffers that are there are free. */
  boolean isIdle() {
    return free.size() == buffers.size();
  }

  /** How much memory the buffers take, by their last known sizes. */
  long sizeBytes() {
    long bytes = 0;
    for (StreamBuffer buffer : buffers) {
      bytes = LongMath.saturatedAdd(bytes, buffer.sizeBytes());
    }
    return bytes;
  }

  List<StreamBuffer> copy() {
    return buffers;
  }

  List<StreamBuffer> notAttachedTo(StreamConsumer consumer) {
    return buffers.stream().filter(buffer -> !buffer.isAttachedTo(consumer)).toList();
  }

  // ---- Growing ----

  /**
   * The reason why there may be no more buffers; null if there may be.
   *
   * @param most how many buffers the devices allow
   */
  @Nullable String limit(long most) {
    int reserved = reserved();
    if (reserved >= Math.min(most, spec.maxBuffers())) {
      return "it has all the "
          + reserved
          + " buffers that "
          + (most < spec.maxBuffers() ? "its devices allow" : "it may have");
    }
    long each =
        buffers.stream()
            .mapToLong(StreamBuffer::sizeBytes)
            .max()
            .orElseGet(() -> spec.buffer().layout().sizeBytes());
    // Heaps may say any size, and a sum that overflows would be below the limit.
    long coming = LongMath.saturatedMultiply(each, making());
    long known = LongMath.saturatedAdd(sizeBytes(), coming);
    if (each > spec.maxBytes() - known) {
      return "it has "
          + known
          + " of the "
          + spec.maxBytes()
          + " bytes that it may have, and a buffer takes "
          + each;
    }
    return null;
  }

  /** Reserves the index of a buffer that is to be made. */
  int reserve() {
    int index = indices.nextClearBit(0);
    indices.set(index);
    return index;
  }

  /** Frees the index of a buffer that was not made. */
  void release(int index) {
    indices.clear(index);
  }

  /** Adds a buffer that was made, and is free. */
  void add(StreamBuffer buffer, long nowNanos) {
    List<StreamBuffer> more = new ArrayList<>(buffers);
    more.add(buffer);
    buffers = List.copyOf(more);
    giveBack(buffer, nowNanos);
  }

  // ---- Going round ----

  /** Takes the first free buffer that passes the test, or none. */
  @Nullable StreamBuffer take(Predicate<StreamBuffer> test) {
    for (Iterator<StreamBuffer> each = free.iterator(); each.hasNext(); ) {
      StreamBuffer buffer = each.next();
      if (test.test(buffer)) {
        each.remove();
        return buffer;
      }
    }
    return null;
  }

  /** Puts a buffer first among the free ones. */
  void giveBack(StreamBuffer buffer, long nowNanos) {
    buffer.freeSince(nowNanos);
    free.push(buffer);
  }

  /** Restarts the idle times: time in which the stream did not run does not count. */
  void restart(long nowNanos) {
    free.forEach(buffer -> buffer.freeSince(nowNanos));
  }

  // ---- Shrinking ----

  /** The buffer that has been free for longest, if that is long enough; null otherwise. */
  @Nullable StreamBuffer idleSince(long nanos) {
    StreamBuffer last = free.peekLast();
    return last != null && last.freeSince() - nanos <= 0 ? last : null;
  }

  /** How long it takes until a free buffer has been free for the time that is given. */
  long idleLeft(long nowNanos, long quietNanos) {
    StreamBuffer last = free.peekLast();
    return last == null ? StreamWatch.NEVER : last.freeSince() - nowNanos + quietNanos;
  }

  /** The buffer with that index, unless it leaves the stream. */
  @Nullable StreamBuffer find(int index) {
    for (StreamBuffer buffer : buffers) {
      if (buffer.index() == index && !buffer.isLeaving()) {
        return buffer;
      }
    }
    return null;
  }

  /** Takes a buffer out of the pool. The caller has to run the result without the lock. */
  Runnable remove(StreamBuffer buffer, AfterLock after) {
    buffer.keep(after);
    buffers = buffers.stream().filter(each -> each != buffer).toList();
    free.remove(buffer);
    indices.clear(buffer.index());
    return buffer.destroy();
  }
}
