package dev.dmabroker.event;

import dev.dmabroker.Device;
import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
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
 * The state of a broker. Each buffer and each stream is consistent in itself; the broker goes on
 * while they are looked at one after the other. Immutable. Not for implementation outside the
 * broker.
 */
public interface BrokerSnapshot {

  /**
   * When the snapshot was taken: no time in it is later. It is the wall clock's time at the
   * broker's start and what has passed since, so it does not jump.
   */
  Instant taken();

  /** The open heaps, in the broker's order. */
  List<HeapState> heaps();

  /** The heaps that cannot be used, and why. */
  List<HeapProvider.Closed> closedHeaps();

  /** The registered devices. */
  List<DeviceState> devices();

  /** The buffers that have not ended. */
  List<BufferState> buffers();

  /** What devices and groups have reserved of their budgets. */
  List<BudgetState> budgets();

  /** The streams that are not closed. */
  List<StreamState> streams();

  /** The fences that the broker waits for. */
  FenceState fences();

  /** How many objects were found unreachable and not closed. */
  LeakStats leaks();

  /** The listeners, in the order in which they came. */
  List<ListenerState> listeners();

  /**
   * How many events were dropped because too many waited for their listener, also of listeners that
   * have left. It never goes down.
   */
  long droppedEvents();

  /** Whether the broker is closed. */
  boolean closed();

  /**
   * How many mappings and CPU views were made so far. The number is never more than were made,
   * except that a map may count twice if it came just as the buffer was closed to new maps.
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

    /** How many allocations have not been given back. */
    int backings();

    /** The bytes of the allocations that have not been given back. */
    long usedBytes();

    /**
     * The memory that was given back but lives on, because another process or device has a
     * descriptor of it.
     */
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

  /** The fences that the broker waits for. Not for implementation outside the broker. */
  interface FenceState {

    /** How many fences have not signalled. */
    int pending();

    /** The reason why fences are not waited for at the moment; empty if they are waited for. */
    Optional<String> trouble();
  }

  /**
   * How many objects were found unreachable and not closed, by kind; see {@link LeakFound}. Not for
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

  /** A listener, and what it was told. Not for implementation outside the broker. */
  interface ListenerState {

    /** The name of its class. */
    String type();

    /** On which thread it is called. */
    Delivery delivery();

    /** How many events it was told, without a call that is under way. */
    long delivered();

    /** How many events wait for it; always 0 if it is called in place. */
    int queued();

    /** How many events it missed, because too many waited for it. */
    long dropped();
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

  /** A lease that is not over. Not for implementation outside the broker. */
  interface LeaseState {

    /** The name of the device that had mapped the buffer. */
    String device();

    /** The name of its holder. */
    String holder();

    /** The access that it is for. */
    Access access();

    /** When it was made. */
    Instant since();

    /** The number of the buffer's place that it is for. */
    long generation();

    /** How many uses go on. */
    long uses();

    /** Whether a use can begin: it was neither asked back nor closed. */
    boolean open();
  }

  /** A device. Not for implementation outside the broker. */
  interface DeviceState {

    /** Its name. */
    String name();

    /** What the device asks of memory, in its preferred alternative. */
    Constraints constraints();

    /**
     * The longest time for which the device declared to hold a mapping; a move waits that long for
     * it.
     */
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

    /** The open mappings and the leases in use, each with its holder. */
    List<Holder> holders();

    /** The leases that are not over, also those that are not used. */
    List<LeaseState> leases();

    /** The names of the devices that pinned it. */
    List<String> pinned();

    /** How many maps wait. */
    int waiting();

    /**
     * What the search for the buffer's memory waits for and since when, in words, for example for a
     * heap that has not answered; empty if no memory is sought now.
     */
    Optional<String> seeking();

    /** How many places the buffer has left that readers still hold. */
    int retired();

    /** What became of the buffer's moves. */
    MoveStats moves();

    /**
     * How many mappings and CPU views were made of the buffer so far; counted as {@link
     * BrokerSnapshot#maps}.
     */
    long maps();

    /** The names of the attached devices. */
    default List<String> attached() {
      return attachments().stream().map(AttachmentState::device).toList();
    }
  }
}
