package dev.dmabroker.internal;

import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one device holds of a stream, beside what it declared. Used under the stream's lock; events
 * are told by the caller, after.
 */
final class Holdings {
  private final String stream;
  private final RegisteredDevice device;
  private final long allowedNanos;
  private final int camping;
  private final List<StreamFrame> held = new ArrayList<>();
  private int most;
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

  /** Buffers that a device declared to hold; -1 if it did not. */
  static int camping(Constraints constraints) {
    Map<ConstraintField, Integer> counts = constraints.counts();
    return counts.containsKey(ConstraintField.CAMPING)
            || counts.containsKey(ConstraintField.DEDICATED_SLACK)
        ? counts.getOrDefault(ConstraintField.CAMPING, 0)
            + counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0)
        : -1;
  }

  int count() {
    return held.size();
  }

  List<StreamFrame> copy() {
    return List.copyOf(held);
  }

  void begin(StreamFrame lease, long nowNanos, Consumer<Overheld> tell) {
    lease.begin(nowNanos);
    held.add(lease);
    if (held.size() > most) {
      most = held.size();
      if (camping >= 0 && most > camping) {
        tell.accept(event(Overheld.Excess.TOO_MANY, lease, 0));
      }
    }
  }

  /** False if it has ended before. */
  boolean end(StreamFrame lease, long nowNanos, Consumer<Overheld> tell) {
    if (!held.remove(lease)) {
      return false;
    }
    check(lease, nowNanos, tell);
    long nanos = nowNanos - lease.sinceNanos();
    ended++;
    totalNanos += nanos;
    longestNanos = Math.max(longestNanos, nanos);
    return true;
  }

  /** Nobody has seen it. False if it has ended before. */
  boolean forget(StreamFrame lease) {
    return held.remove(lease);
  }

  /** Looks for what is held too long. */
  void check(long nowNanos, Consumer<Overheld> tell) {
    for (StreamFrame lease : held) {
      check(lease, nowNanos, tell);
    }
  }

  private void check(StreamFrame lease, long nowNanos, Consumer<Overheld> tell) {
    long nanos = nowNanos - lease.sinceNanos();
    if (nanos > allowedNanos && lease.markOverheld()) {
      overheld++;
      tell.accept(event(Overheld.Excess.TOO_LONG, lease, nanos));
    }
  }

  private Overheld event(Overheld.Excess excess, StreamFrame lease, long nanos) {
    return new EventRecords.Overheld(
        stream,
        device.name(),
        excess,
        lease.buffer().index(),
        Duration.ofNanos(nanos),
        device.longestHold(),
        held.size(),
        camping);
  }

  /** Such as {@code display holds 3 (declared 2), for up to 312 ms (declared 40 ms)}. */
  String describe(long nowNanos) {
    long longest = 0;
    for (StreamFrame lease : held) {
      longest = Math.max(longest, nowNanos - lease.sinceNanos());
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
