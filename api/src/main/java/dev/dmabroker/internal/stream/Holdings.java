package dev.dmabroker.internal.stream;

import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a stream that one device holds, compared with how many and for how long it
 * declared. Used under the stream's lock; the caller tells events after the lock is released.
 */
final class Holdings {
  private final String stream;
  private final RegisteredDevice device;
  private final long allowedNanos;

  /** How many buffers the device declared to hold; -1 if it declared none. */
  private final int camping;

  private List<StreamFrame> held = new ArrayList<>();

  /** The most frames that the device held at one time. */
  private int most;

  /** How many frames the device has given back. */
  private long ended;

  private long totalNanos;
  private long longestNanos;
  private long overheld;

  Holdings(String stream, RegisteredDevice device) {
    this.stream = stream;
    this.device = device;
    this.allowedNanos = Durations.nanos(device.longestHold());
    this.camping = camping(device.constraints());
  }

  /** The number of buffers that a device declared to hold; -1 if it did not declare one. */
  static int camping(Constraints constraints) {
    Map<ConstraintField, Integer> counts = constraints.counts();
    return counts.containsKey(ConstraintField.CAMPING)
            || counts.containsKey(ConstraintField.DEDICATED_SLACK)
        ? counts.getOrDefault(ConstraintField.CAMPING, 0)
            + counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0)
        : -1;
  }

  /** Has a change that throws put back what is held, and what was counted. */
  void keep(AfterLock after) {
    List<StreamFrame> held = new ArrayList<>(this.held);
    int most = this.most;
    long ended = this.ended;
    long totalNanos = this.totalNanos;
    long longestNanos = this.longestNanos;
    long overheld = this.overheld;
    after.undo(
        () -> {
          this.held = held;
          this.most = most;
          this.ended = ended;
          this.totalNanos = totalNanos;
          this.longestNanos = longestNanos;
          this.overheld = overheld;
        });
  }

  int count() {
    return held.size();
  }

  /** The frame that is held for longest; null if none is held. */
  @Nullable StreamFrame oldest() {
    return held.isEmpty() ? null : held.get(0);
  }

  List<StreamFrame> copy() {
    return List.copyOf(held);
  }

  /** The device holds the frame from now on. */
  void begin(StreamFrame frame, long nowNanos, Consumer<Overheld> tell) {
    frame.begin(nowNanos);
    held.add(frame);
    if (held.size() > most) {
      most = held.size();
      if (camping >= 0 && most > camping) {
        tell.accept(event(Overheld.Excess.TOO_MANY, frame, 0));
      }
    }
  }

  /** Notes that the device does not hold the frame any more. False if the hold has ended before. */
  boolean end(StreamFrame frame, long nowNanos, Consumer<Overheld> tell) {
    if (!held.remove(frame)) {
      return false;
    }
    // The last look of the watch may have been before the frame was held too long.
    check(frame, nowNanos, tell);
    long nanos = nowNanos - frame.sinceNanos();
    ended++;
    totalNanos += nanos;
    longestNanos = Math.max(longestNanos, nanos);
    return true;
  }

  /** Forgets a frame that never reached the application. False if the hold has ended before. */
  boolean forget(StreamFrame frame) {
    return held.remove(frame);
  }

  /** Forgets all frames, which the device holds still, and returns them. */
  List<StreamFrame> forgetAll() {
    List<StreamFrame> all = held;
    held = new ArrayList<>();
    return all;
  }

  /** Looks for frames that are held too long. */
  void check(long nowNanos, Consumer<Overheld> tell) {
    for (StreamFrame frame : held) {
      check(frame, nowNanos, tell);
    }
  }

  /** How long it takes until {@link #check} finds a frame more that is held too long. */
  long left(long nowNanos) {
    long left = StreamWatch.NEVER;
    for (StreamFrame frame : held) {
      if (!frame.isOverheld()) {
        left = Math.min(left, frame.sinceNanos() - nowNanos + allowedNanos + 1);
      }
    }
    return left;
  }

  /** Counts and tells a frame that is held too long, once. */
  private void check(StreamFrame frame, long nowNanos, Consumer<Overheld> tell) {
    long nanos = nowNanos - frame.sinceNanos();
    if (nanos > allowedNanos && frame.markOverheld()) {
      overheld++;
      tell.accept(event(Overheld.Excess.TOO_LONG, frame, nanos));
    }
  }

  private Overheld event(Overheld.Excess excess, StreamFrame frame, long nanos) {
    return new EventRecords.Overheld(
        stream,
        device.name(),
        excess,
        frame.buffer().index(),
        Duration.ofNanos(nanos),
        device.longestHold(),
        held.size(),
        camping);
  }

  /**
   * What the device holds, in words, for example {@code display holds 3 (declared 2), for up to 312
   * ms (declared 40 ms)}.
   */
  String describe(long nowNanos) {
    long longest = 0;
    for (StreamFrame frame : held) {
      longest = Math.max(longest, nowNanos - frame.sinceNanos());
    }
    return device.name()
        + " holds "
        + held.size()
        + (camping < 0 ? "" : " (declared " + camping + ")")
        + (held.isEmpty()
            ? ""
            : ", for up to "
                + Duration.ofNanos(longest).toMillis()
                + " ms (declared "
                + device.longestHold().toMillis()
                + " ms)");
  }

  /** What the device holds and has held, for snapshots. */
  StreamState.Holds snapshot() {
    return new StateRecords.Holds(
        device.name(),
        held.size(),
        most,
        camping,
        ended,
        Duration.ofNanos(totalNanos),
        Duration.ofNanos(longestNanos),
        device.longestHold(),
        overheld);
  }
}
