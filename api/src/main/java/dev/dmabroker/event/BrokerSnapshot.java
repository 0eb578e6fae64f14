package dev.dmabroker.event;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Device;
import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A broker's state. Each buffer and stream is consistent in itself; they are looked at one after
 * the other while the broker goes on.
 *
 * @param heaps the open heaps, in the broker's order
 * @param closedHeaps the heaps that cannot be used, and why
 * @param devices the registered devices
 * @param buffers the buffers that are not gone
 * @param budgets what devices and groups have reserved
 * @param streams the streams that are not closed
 * @param fences who waits for fences
 * @param leaks what was found unreachable and not closed
 * @param closed whether the broker is closed
 * @param maps mappings and CPU views made so far, never more than were; a map that met a gate just
 *     as it shut may count twice
 */
public record BrokerSnapshot(
    List<HeapState> heaps,
    List<HeapProvider.Closed> closedHeaps,
    List<DeviceState> devices,
    List<BufferState> buffers,
    List<BudgetState> budgets,
    List<StreamState> streams,
    FenceState fences,
    LeakStats leaks,
    boolean closed,
    long maps) {

  /** Copies the lists. */
  public BrokerSnapshot {
    heaps = ImmutableList.copyOf(heaps);
    closedHeaps = ImmutableList.copyOf(closedHeaps);
    devices = ImmutableList.copyOf(devices);
    buffers = ImmutableList.copyOf(buffers);
    budgets = ImmutableList.copyOf(budgets);
    streams = ImmutableList.copyOf(streams);
  }

  /**
   * An open heap.
   *
   * @param name its name
   * @param aliases its other names
   * @param traits what is known of it
   * @param backings allocations that are out
   * @param usedBytes their bytes
   * @param lingering what was given back but lives on, as somebody has a descriptor of it
   */
  public record HeapState(
      String name,
      Set<String> aliases,
      HeapTraits traits,
      int backings,
      long usedBytes,
      Lingering lingering) {}

  /**
   * A budget.
   *
   * @param name the device or group
   * @param limitBytes all of it
   * @param reservedBytes what buffers have reserved
   */
  public record BudgetState(String name, long limitBytes, long reservedBytes) {}

  /**
   * What waits for fences.
   *
   * @param pending fences that have not signalled
   * @param trouble why they are not waited for at the moment; empty if they are
   */
  public record FenceState(int pending, Optional<String> trouble) {
    /** No fence yet. */
    public static final FenceState NONE = new FenceState(0, Optional.empty());
  }

  /**
   * What was found unreachable and not closed, by kind; see {@link LeakFound}.
   *
   * @param mappings and CPU views
   * @param attachments of devices
   * @param buffers or rather references to them
   */
  public record LeakStats(long mappings, long attachments, long buffers) {
    /** Nothing yet. */
    public static final LeakStats NONE = new LeakStats(0, 0, 0);
  }

  /**
   * An attachment.
   *
   * @param device the device's name
   * @param since when it attached
   * @param leftOut whether the device is dispensable and not served now
   */
  public record AttachmentState(String device, Instant since, boolean leftOut) {}

  /**
   * A device.
   *
   * @param name its name
   * @param constraints what it asks of memory, as it likes it best
   * @param longestHold how long it declared to hold a mapping at most: how long a move waits for it
   * @param findings what a probe learnt of it
   */
  public record DeviceState(
      String name, Constraints constraints, Duration longestHold, List<Device.Finding> findings) {
    /** Copies the list. */
    public DeviceState {
      findings = ImmutableList.copyOf(findings);
    }
  }

  /**
   * A buffer.
   *
   * @param id the broker's number of it
   * @param name its name
   * @param since when it was exported
   * @param spec what it holds
   * @param state where it is in its life
   * @param heap where its memory lies, if it has any
   * @param generation the places it has had
   * @param sizeBytes bytes of its memory
   * @param residentSince when this memory was allocated, if it has any
   * @param attachments the attached devices, in their order
   * @param holders who holds mappings
   * @param pinned the names of the devices that pinned it
   * @param waiting maps that wait
   * @param retired places that it has left and that readers still hold
   * @param moves what became of its moves
   * @param maps mappings and CPU views made of it so far, as {@link BrokerSnapshot#maps}
   */
  public record BufferState(
      long id,
      String name,
      Instant since,
      BufferSpec spec,
      SharedBuffer.State state,
      Optional<String> heap,
      long generation,
      long sizeBytes,
      Optional<Instant> residentSince,
      List<AttachmentState> attachments,
      List<Holder> holders,
      List<String> pinned,
      int waiting,
      int retired,
      MoveStats moves,
      long maps) {
    /** Copies the lists. */
    public BufferState {
      attachments = ImmutableList.copyOf(attachments);
      holders = ImmutableList.copyOf(holders);
      pinned = ImmutableList.copyOf(pinned);
    }

    /** The names of the attached devices. */
    public List<String> attached() {
      return attachments.stream().map(AttachmentState::device).toList();
    }
  }
}
