package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Latch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The consumers that a stream can do without, by its spec. A start waits for them, each for its
 * time, before memory is sought, so that the first memory suits them. A consumer that is attached
 * and does not answer in its time is detached ({@link Patience}).
 *
 * <p>A frame that it still holds then is abandoned: the device may read its memory at any time, so
 * the buffer leaves the stream, and its memory goes back to the heap when the frame is closed.
 * Abandoned buffers do not count for the stream's limits; so a device that holds one may not attach
 * again, or it might take all memory bit by bit. The stream's lock guards all state.
 */
final class Dispensables {
  private final StreamLife life;
  private final StreamDevices devices;

  /** The time of each, in the order of the spec. */
  private final Map<RegisteredDevice, Duration> times = new LinkedHashMap<>();

  /** What starts wait for. */
  private Map<RegisteredDevice, Latch> awaited = new HashMap<>();

  private Set<TakenFrame> abandoned = new HashSet<>();
  private long leftOut;

  Dispensables(StreamUse use) {
    this.life = use.life;
    this.devices = use.devices;
    life.spec
        .dispensable()
        .forEach((device, time) -> times.put(life.buffers.devices().own(device), time));
    life.addPart(this::keep);
  }

  private void keep(AfterLock after) {
    if (times.isEmpty()) {
      return;
    }
    Map<RegisteredDevice, Latch> awaited = new HashMap<>(this.awaited);
    Set<TakenFrame> abandoned = new HashSet<>(this.abandoned);
    long leftOut = this.leftOut;
    after.undo(
        () -> {
          this.awaited = awaited;
          this.abandoned = abandoned;
          this.leftOut = leftOut;
        });
  }

  /** How often the stream started or went on without one. */
  long leftOut() {
    return leftOut;
  }

  // ---- To attach ----

  /** Waits without the lock until each is attached, or has had its time. */
  void await() {
    long start = life.exactNow();
    for (Map.Entry<RegisteredDevice, Duration> each : byTime()) {
      Latch joins = life.locked(after -> joins(each.getKey()));
      long left = Durations.nanos(each.getValue()) - (life.exactNow() - start);
      InterruptedException interrupt = joins == null ? null : joins.await(left);
      if (interrupt != null) {
        throw Exceptions.waitInterrupted(
            "interrupted while "
                + life.spec.name()
                + " waits for "
                + each.getKey().name()
                + " to attach; it is not started",
            interrupt);
      }
    }
  }

  private List<Map.Entry<RegisteredDevice, Duration>> byTime() {
    List<Map.Entry<RegisteredDevice, Duration>> all = new ArrayList<>(times.entrySet());
    all.sort(Map.Entry.comparingByValue());
    return all;
  }

  /** What opens when the device joins or the stream closes; null if that has happened. */
  private @Nullable Latch joins(RegisteredDevice device) {
    return life.isClosed() || isAttached(device)
        ? null
        : awaited.computeIfAbsent(device, key -> new Latch());
  }

  private boolean isAttached(RegisteredDevice device) {
    return devices.consumers().stream().anyMatch(consumer -> consumer.device() == device);
  }

  /** A consumer has joined. */
  void joined(RegisteredDevice device, AfterLock after) {
    Latch joins = awaited.remove(device);
    if (joins != null) {
      after.wake(joins::open);
    }
  }

  /** The stream is closed: no start waits any more. */
  void close(AfterLock after) {
    awaited.values().forEach(joins -> after.wake(joins::open));
    awaited = new HashMap<>();
  }

  /** The stream starts, without those that are not attached. */
  void start(AfterLock after) {
    times.forEach(
        (device, time) -> {
          if (!isAttached(device)) {
            leaveOut(device, "has not attached for " + time.toMillis() + " ms", after);
          }
        });
  }

  /** Notes that the stream does without a device from now on, and has that told. */
  void leaveOut(RegisteredDevice device, String why, AfterLock after) {
    leftOut++;
    life.events.leftOut(device, why, after);
  }

  // ---- To answer ----

  /** How long the stream waits for the device's answers. */
  Patience patience(RegisteredDevice device, Policy policy) {
    Duration time = times.getOrDefault(device, Durations.LONGEST);
    return new Patience(times.containsKey(device), Durations.nanos(time), policy, life.exactNow());
  }

  /** The stream goes on without the consumer of this frame. */
  void abandon(TakenFrame frame) {
    abandoned.add(frame);
  }

  /** A consumer has closed a frame that may be an abandoned one. */
  void endAbandoned(TakenFrame frame) {
    abandoned.remove(frame);
  }

  /** Refuses a device that still holds frames with which the stream went on without it. */
  void checkReturned(RegisteredDevice device, String intent) {
    long held = abandoned.stream().filter(frame -> frame.attachment().device() == device).count();
    if (held > 0) {
      throw Exceptions.busy(
          "cannot "
              + intent
              + ": the stream went on without it, and "
              + device.name()
              + " holds "
              + held
              + (held == 1 ? " frame" : " frames")
              + " from before; close them first");
    }
  }
}
