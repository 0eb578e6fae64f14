package dev.dmabroker.metrics;

import dev.dmabroker.Holder;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.event.StreamState.ConsumerState;
import dev.dmabroker.event.StreamState.Holds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The health of a broker, judged by a snapshot, for a health endpoint or a log line. Immutable.
 *
 * @param status the worst status that was found
 * @param reasons the reasons for it, the worst first; empty if all is well
 */
public record BrokerHealth(Status status, List<String> reasons) {
  /** The share of a heap's capacity from which on it counts as nearly full. */
  public static final double WATERMARK = 0.9;

  /**
   * The share of the last ten seconds from which on it counts that some task waits for memory. It
   * is the share at which the example of the kernel's documentation wakes a monitor (150 ms of each
   * second, Documentation/accounting/psi.rst), and well below the one at which systemd-oomd begins
   * to end programs by default (60 % of the time all tasks of a cgroup, oomd.conf(5)).
   */
  public static final double MEMORY_PRESSURE = 0.15;

  /** Failed attempts in a row from which on a move counts as failing repeatedly. */
  public static final int REPEATEDLY = 2;

  /** The number of reasons of one kind that are told; further ones are counted. */
  private static final int TOLD = 5;

  /** The states of health. */
  public enum Status {
    /** The broker works, and nothing was found. */
    UP,
    /** The broker works, and an operator should look at the reasons. */
    DEGRADED,
    /** The broker does not work. */
    DOWN
  }

  /**
   * Copies the list.
   *
   * @param reasons the reasons for it, the worst first; empty if all is well
   * @param status the worst status that was found
   */
  public BrokerHealth {
    reasons = List.copyOf(reasons);
  }

  /**
   * Judges a snapshot. A broker is DOWN if it is closed, or if it has fences that are not waited
   * for. It is DEGRADED if a heap of this machine is closed, if a heap vanished that buffers lie in
   * or that a device names, if a heap is modelled, if there is no heap of the memory that devices
   * need which drivers import, if mappings are held for longer than their device declared, if
   * {@link #WATERMARK} of a heap is used, by the broker or, if it watches memory, by others, or
   * lingers, if programs wait for memory for more than {@link #MEMORY_PRESSURE} of the time, if
   * moves have failed {@link #REPEATEDLY}, or if a stream's producer waits while the stream does
   * not grow. A frame that a device holds for too long counts as a mapping. Does not block.
   *
   * @param snapshot the state of the broker
   * @return the health
   */
  public static BrokerHealth of(BrokerSnapshot snapshot) {
    List<String> down = new ArrayList<>();
    if (snapshot.closed()) {
      down.add("the broker is closed");
    }
    snapshot
        .fences()
        .trouble()
        .filter(trouble -> snapshot.fences().pending() > 0)
        .ifPresent(
            trouble ->
                down.add(snapshot.fences().pending() + " fences are not waited for: " + trouble));
    List<String> reasons = new ArrayList<>(down);
    addSome(reasons, HeapHealth.of(snapshot));
    addSome(reasons, overdue(snapshot));
    addSome(reasons, crowded(snapshot));
    addSome(reasons, PressureHealth.of(snapshot));
    addSome(reasons, failing(snapshot));
    addSome(reasons, starving(snapshot));
    return new BrokerHealth(
        !down.isEmpty() ? Status.DOWN : reasons.isEmpty() ? Status.UP : Status.DEGRADED, reasons);
  }

  /** Adds the first reasons of a kind, and the number of the others. */
  private static void addSome(List<String> reasons, List<String> found) {
    reasons.addAll(found.subList(0, Math.min(TOLD, found.size())));
    if (found.size() > TOLD) {
      reasons.add("and " + (found.size() - TOLD) + " more like the last");
    }
  }

  /** The mappings that are held for longer than their device declared. */
  private static List<String> overdue(BrokerSnapshot snapshot) {
    Map<String, Duration> declared =
        snapshot.devices().stream()
            .collect(Collectors.toMap(DeviceState::name, DeviceState::longestHold));
    List<String> found = new ArrayList<>();
    for (BufferState buffer : snapshot.buffers()) {
      for (Holder holder : buffer.holders()) {
        Duration most = declared.get(holder.device());
        if (most != null && holder.held().compareTo(most) > 0) {
          found.add(
              buffer.name()
                  + " is held by "
                  + holder
                  + ", which declared "
                  + Nanos.inMillis(most)
                  + " ms at most");
        }
      }
    }
    return found;
  }

  /** The heaps that are nearly full. */
  private static List<String> crowded(BrokerSnapshot snapshot) {
    List<String> found = new ArrayList<>();
    for (HeapState heap : snapshot.heaps()) {
      // What lingers is among what others take, if that is known.
      long lingering = heap.lingering().sizeBytes();
      long others = Math.max(heap.othersBytes(), lingering);
      long taken = heap.usedBytes() + others;
      heap.traits()
          .capacityBytes()
          .known()
          .filter(capacity -> taken >= WATERMARK * capacity)
          .ifPresent(
              capacity ->
                  found.add(
                      "heap "
                          + heap.name()
                          + " is nearly full: "
                          + taken
                          + " of "
                          + capacity
                          + " bytes"
                          + (lingering == 0
                              ? ""
                              : ", of which " + lingering + " were given back and linger")
                          + (others == lingering
                              ? ""
                              : ", and " + (others - lingering) + " of it are in use elsewhere")));
    }
    return found;
  }

  /** The buffers with moves that have failed repeatedly. */
  private static List<String> failing(BrokerSnapshot snapshot) {
    return snapshot.buffers().stream()
        .filter(buffer -> buffer.moves().attempts() >= REPEATEDLY)
        .map(
            buffer ->
                "the move of "
                    + buffer.name()
                    + " out of "
                    + buffer.heap().orElse("no heap")
                    + " has failed "
                    + buffer.moves().attempts()
                    + " times of "
                    + buffer.moves().maxAttempts())
        .toList();
  }

  private static List<String> starving(BrokerSnapshot snapshot) {
    return snapshot.streams().stream()
        .filter(stream -> stream.waiting() > 0)
        .flatMap(stream -> stream.heldBack().stream().map(why -> starving(stream, why)))
        .toList();
  }

  private static String starving(StreamState stream, String why) {
    StringBuilder text = new StringBuilder("stream " + stream.name() + " starves: " + why);
    text.append("; of ").append(stream.depth()).append(" buffers ");
    text.append(held(stream.producer()));
    for (ConsumerState consumer : stream.consumers()) {
      text.append(", ").append(held(consumer.holds()));
      text.append(consumer.queued() == 0 ? "" : " and has " + consumer.queued() + " queued");
    }
    return text.toString();
  }

  private static String held(Holds holds) {
    return holds.device()
        + " holds "
        + holds.now()
        + (holds.camping() < 0 ? "" : " (declared " + holds.camping() + ")");
  }
}
