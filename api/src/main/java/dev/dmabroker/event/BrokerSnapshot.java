package dev.dmabroker.event;

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
 * the other while the broker goes on. Not for implementation outside the broker.
 */
public interface BrokerSnapshot {

  /** The open heaps, in the broker's order. */
  List<HeapState> heaps();

  /** The heaps that cannot be used, and why. */
  List<HeapProvider.Closed> closedHeaps();

  /** The registered devices. */
  List<DeviceState> devices();

  /** The buffers that are not gone. */
  List<BufferState> buffers();

  /** What devices and groups have reserved of their budgets. */
  List<BudgetState> budgets();

  /** The streams that are not closed. */
  List<StreamState> streams();

  /** What waits for fences. */
  FenceState fences();

  /** What was found unreachable and not closed. */
  LeakStats leaks();

  /** Whether the broker is closed. */
  boolean closed();

  /**
   * Mappings and CPU views made so far, never more than were; a map that met a gate just as it shut
   * may count twice.
   */
  long maps();

  /** An open heap. Not for implementation outside the broker. */
  interface HeapState {

    /** Its name. */
    String name();

    /** Its other names. */
    Set<String> aliases();

    /** What is known of the heap. */
    HeapTraits traits();

    /** How many allocations are out. */
    int backings();

    /** The bytes of the allocations that are out. */
    long usedBytes();

    /** What was given back but lives on, as another process or device has a descriptor of it. */
    Lingering lingering();
  }

  /** A budget of a device or a group of devices. Not for implementation outside the broker. */
  interface BudgetState {

    /** The name of the device or group. */
    String name();

    /** All of the budget, in bytes. */
    long limitBytes();

    /** The bytes that buffers have reserved. */
    long reservedBytes();
  }

  /** What waits for fences. Not for implementation outside the broker. */
  interface FenceState {

    /** How many fences have not signalled. */
    int pending();

    /** Why they are not waited for at the moment; empty if they are. */
    Optional<String> trouble();
  }

  /**
   * What was found unreachable and not closed, by kind; see {@link LeakFound}. Not for
   * implementation outside the broker.
   */
  interface LeakStats {

    /** How many mappings and CPU views leaked. */
    long mappings();

    /** How many attachments of devices leaked. */
    long attachments();

    /** How many references to buffers leaked. */
    long buffers();
  }

  /** An attachment of a device to a buffer. Not for implementation outside the broker. */
  interface AttachmentState {

    /** The device's name. */
    String device();

    /** When the device attached. */
    Instant since();

    /** Whether the device is dispensable and not served now. */
    boolean leftOut();
  }

  /** A device. Not for implementation outside the broker. */
  interface DeviceState {

    /** Its name. */
    String name();

    /** What the device asks of memory, as it likes it best. */
    Constraints constraints();

    /** How long the device declared to hold a mapping at most: how long a move waits for it. */
    Duration longestHold();

    /** What a probe learnt of the device. */
    List<Device.Finding> findings();
  }

  /** A buffer. Not for implementation outside the broker. */
  interface BufferState {

    /** The broker's number of the buffer. */
    long id();

    /** Its name. */
    String name();

    /** When it was exported. */
    Instant since();

    /** What the buffer holds. */
    BufferSpec spec();

    /** Where the buffer is in its life. */
    SharedBuffer.State state();

    /** The name of the heap in which its memory lies, if it has any. */
    Optional<String> heap();

    /** How many places the buffer has had. */
    long generation();

    /** The bytes of its memory. */
    long sizeBytes();

    /** When this memory was allocated, if it has any. */
    Optional<Instant> residentSince();

    /** The attached devices, in their order. */
    List<AttachmentState> attachments();

    /** The mappings that are out, each with its holder. */
    List<Holder> holders();

    /** The names of the devices that pinned it. */
    List<String> pinned();

    /** How many maps wait. */
    int waiting();

    /** How many places the buffer has left that readers still hold. */
    int retired();

    /** What became of the buffer's moves. */
    MoveStats moves();

    /** Mappings and CPU views made of the buffer so far, as {@link BrokerSnapshot#maps}. */
    long maps();

    /** The names of the attached devices. */
    default List<String> attached() {
      return attachments().stream().map(AttachmentState::device).toList();
    }
  }
}
