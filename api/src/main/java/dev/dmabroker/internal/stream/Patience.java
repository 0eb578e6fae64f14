package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.internal.runtime.AfterLock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a stream waits for the answers of one consumer: without end, unless it can do without
 * the consumer. The consumer answers by releasing each frame that it holds, and by taking a frame
 * when one waits that holds up the producer. It counts as late only if two looks in a row find it
 * late, with a pause between them, as all threads may have been held up before one look. Used under
 * the stream's lock.
 */
final class Patience {
  /** The longest time from one look to the next. */
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Whether the stream can do without the consumer. */
  private final boolean ends;

  private final long allowedNanos;
  private final long pauseNanos;
  private final Policy policy;

  /** When the consumer took a frame last. */
  private long takenNanos;

  /** Whether the last look found the consumer late. */
  private boolean late;

  /** When a look found the consumer late first; of use only while it is late. */
  private long lateNanos;

  Patience(boolean ends, long allowedNanos, Policy policy, long nowNanos) {
    this.ends = ends;
    this.policy = policy;
    this.allowedNanos = allowedNanos;
    this.pauseNanos = Math.max(1, Math.min(allowedNanos / 2, LONGEST_PAUSE_NANOS));
    this.takenNanos = nowNanos;
  }

  void keep(AfterLock after) {
    long takenNanos = this.takenNanos;
    boolean late = this.late;
    long lateNanos = this.lateNanos;
    after.undo(
        () -> {
          this.takenNanos = takenNanos;
          this.late = late;
          this.lateNanos = lateNanos;
        });
  }

  /** The consumer has taken a frame. */
  void taken(long nowNanos) {
    takenNanos = nowNanos;
  }

  /** Whether the stream waits for an answer, and not without end. */
  private boolean isTried(@Nullable StreamFrame held, @Nullable TakenFrame queued) {
    return ends && (held != null || (queued != null && policy == Policy.EVERY_FRAME));
  }

  /**
   * Looks at the consumer once.
   *
   * @param held the frame that it has held for longest; null if it holds none
   * @param queued the frame that waits for it; null if there is none
   * @return what the consumer did not do, in words; null unless it is late at two looks in a row
   */
  @Nullable String look(@Nullable StreamFrame held, @Nullable TakenFrame queued, long nowNanos) {
    String why = isTried(held, queued) ? why(held, queued, nowNanos) : null;
    if (why == null) {
      late = false;
      return null;
    }
    if (!late) {
      late = true;
      lateNanos = nowNanos;
    }
    return nowNanos - lateNanos < pauseNanos ? null : why;
  }

  /** How long it takes until {@link #look} may find something else than the last time. */
  long left(@Nullable StreamFrame held, @Nullable TakenFrame queued, long nowNanos) {
    if (late) {
      return lateNanos - nowNanos + pauseNanos; // An answer counts at that look.
    }
    long left = StreamWatch.NEVER;
    if (isTried(held, queued)) {
      if (held != null) {
        left = held.sinceNanos() - nowNanos + allowedNanos + 1;
      }
      if (queued != null && policy == Policy.EVERY_FRAME) {
        long since = Math.max(queued.sinceNanos() - nowNanos, takenNanos - nowNanos);
        left = Math.min(left, since + allowedNanos + 1);
      }
    }
    return left;
  }

  private @Nullable String why(
      @Nullable StreamFrame held, @Nullable TakenFrame queued, long nowNanos) {
    if (held != null && nowNanos - held.sinceNanos() > allowedNanos) {
      return "has held frame "
          + ((TakenFrame) held).sequence()
          + after(nowNanos - held.sinceNanos());
    }
    if (queued != null && policy == Policy.EVERY_FRAME) {
      long nanos = Math.min(nowNanos - queued.sinceNanos(), nowNanos - takenNanos);
      if (nanos > allowedNanos) {
        return "has taken no frame" + after(nanos);
      }
    }
    return null;
  }

  private String after(long nanos) {
    return " for " + millis(nanos) + " and has " + millis(allowedNanos) + " to answer";
  }

  private static String millis(long nanos) {
    return Duration.ofNanos(nanos).toMillis() + " ms";
  }
}
