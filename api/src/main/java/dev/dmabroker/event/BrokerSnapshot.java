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
import dev.dmabroker.spi.MemoryPressure;
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
   * {@return when the snapshot was taken: no time in it is later} It is the wall clock's time at
   * the broker's start and what has passed since, so it does not jump.
   */
  Instant taken();

  /**
   * {@return the open heaps, in the broker's order, and after them the heaps that vanished while
   * memory of theirs is still in use} A vanished heap may have the name of an open one.
   */
  List<HeapState> heaps();

  /**
   * {@return for how much of the last ten seconds programs waited for memory, at the last look: of
   * the machine, and of the program's cgroup} None of what the kernel does not tell; none at all
   * unless the broker {@linkplain dev.dmabroker.BrokerBuilder#watchMemory watches memory}.
   */
  List<MemoryPressure> memoryPressure();

  /** {@return the heaps that cannot be used, and why} */
  List<HeapProvider.Closed> closedHeaps();

  /** {@return the registered devices} */
  List<DeviceState> devices();

  /** {@return the buffers that have not ended} */
  List<BufferState> buffers();

  /** {@return what devices and groups have reserved of their budgets} */
  List<BudgetState> budgets();

  /** {@return the streams that are not closed} */
  List<StreamState> streams();

  /** {@return the fences that the broker waits for} */
  FenceState fences();

  /** {@return how many objects were found unreachable and not closed} */
  LeakStats leaks();

  /** {@return the listeners, in the order in which they came} */
  List<ListenerState> listeners();

  /**
   * {@return how many events were dropped because too many waited for their listener, also of
   * listeners that have left} It never goes down.
   */
  long droppedEvents();

  /** {@return whether the broker is closed} */
  boolean closed();

  /**
   * {@return how many mappings and CPU views were made so far} The number is never more than were
   * made, except that a map may count twice if it came just as the buffer was closed to new maps.
   */
  long maps();

  /**
   * A heap that buffers lie in or can lie in. Immutable. Not for implementation outside the broker.
   */
  interface HeapState {

    /** {@return its name} */
    String name();

    /** {@return its other names} */
    Set<String> aliases();

    /** {@return what is known of the heap} */
    HeapTraits traits();

    /** {@return how many allocations have not been given back} */
    int backings();

    /** {@return the bytes of the allocations that have not been given back} */
    long usedBytes();

    /**
     * {@return the bytes of the heap that others had taken at the last look, as far as the kernel
     * tells; 0 unless the broker {@linkplain dev.dmabroker.BrokerBuilder#watchMemory watches
     * memory}} Others are other programs and memory that lingers. Of a heap that gives the
     * machine's ordinary memory, all is others' that is neither left nor in this heap's buffers, so
     * what this program has elsewhere too: heaps of one memory are not to be added up.
     */
    long othersBytes();

    /**
     * {@return the memory that was given back but lives on, because another process or device has a
     * descriptor of it}
     */
    Lingering lingering();

    /**
     * {@return why the heap vanished; empty if it is open, so that the broker takes memory from it}
     */
    Optional<String> vanished();
  }

  /**
   * A budget of a device or a group of devices. Immutable. Not for implementation outside the
   * broker.
   */
  interface BudgetState {

    /** {@return the name of the device or group} */
    String name();

    /** {@return all of the budget, in bytes} */
    long limitBytes();

    /** {@return the bytes that buffers have reserved} */
    long reservedBytes();
  }

  /** The fences that the broker waits for. Immutable. Not for implementation outside the broker. */
  interface FenceState {

    /** {@return how many fences have not signalled} */
    int pending();

    /**
     * {@return the reason why fences are not waited for at the moment; empty if they are waited
     * for}
     */
    Optional<String> trouble();
  }

  /**
   * How many objects were found unreachable and not closed, by kind; see {@link LeakFound}.
   * Immutable. Not for implementation outside the broker.
   */
  interface LeakStats {

    /** {@return how many mappings and CPU views leaked} */
    long mappings();

    /** {@return how many attachments of devices leaked} */
    long attachments();

    /** {@return how many references to buffers leaked} */
    long buffers();
  }

  /** A listener, and what it was told. Immutable. Not for implementation outside the broker. */
  interface ListenerState {

    /** {@return the name of its class} */
    String type();

    /** {@return on which thread it is called} */
    Delivery delivery();

    /** {@return how many events it was told, without a call that is under way} */
    long delivered();

    /** {@return how many events wait for it; always 0 if it is called in place} */
    int queued();

    /** {@return how many events it missed, because too many waited for it} */
    long dropped();
  }

  /**
   * An attachment of a device to a buffer. Immutable. Not for implementation outside the broker.
   */
  interface AttachmentState {

    /** {@return the device's name} */
    String device();

    /** {@return when the device attached} */
    Instant since();

    /** {@return whether the device is dispensable and not served now} */
    boolean leftOut();
  }

  /** A lease that is not over. Immutable. Not for implementation outside the broker. */
  interface LeaseState {

    /** {@return the name of the device that had mapped the buffer} */
    String device();

    /** {@return the name of its holder} */
    String holder();

    /** {@return the access that it is for} */
    Access access();

    /** {@return when it was made} */
    Instant since();

    /** {@return the number of the buffer's place that it is for} */
    long generation();

    /** {@return how many uses go on} */
    long uses();

    /** {@return whether a use can begin: it was neither asked back nor closed} */
    boolean open();
  }

  /** A device. Immutable. Not for implementation outside the broker. */
  interface DeviceState {

    /** {@return its name} */
    String name();

    /** {@return what the device asks of memory, in its preferred alternative} */
    Constraints constraints();

    /**
     * {@return the longest time for which the device declared to hold a mapping; a move waits that
     * long for it}
     */
    Duration longestHold();

    /** {@return what a probe learnt of the device} */
    List<Device.Finding> findings();
  }

  /** A buffer. Immutable. Not for implementation outside the broker. */
  interface BufferState {

    /** {@return the broker's number of the buffer} */
    long id();

    /** {@return its name} */
    String name();

    /** {@return when it was exported} */
    Instant since();

    /** {@return what the buffer holds} */
    BufferSpec spec();

    /** {@return where the buffer is in its life} */
    SharedBuffer.State state();

    /** {@return the name of the heap in which its memory lies, if it has any} */
    Optional<String> heap();

    /** {@return how many places the buffer has had} */
    long generation();

    /** {@return the bytes of its memory} */
    long sizeBytes();

    /** {@return when this memory was allocated, if it has any} */
    Optional<Instant> residentSince();

    /** {@return the attached devices, in their order} */
    List<AttachmentState> attachments();

    /** {@return the open mappings and the leases in use, each with its holder} */
    List<Holder> holders();

    /** {@return the leases that are not over, also those that are not used} */
    List<LeaseState> leases();

    /** {@return the names of the devices that pinned it} */
    List<String> pinned();

    /** {@return how many maps wait} */
    int waiting();

    /**
     * {@return what the search for the buffer's memory waits for and since when, in words, for
     * example for a heap that has not answered; empty if no memory is sought now}
     */
    Optional<String> seeking();

    /** {@return how many places the buffer has left that readers still hold} */
    int retired();

    /** {@return what became of the buffer's moves} */
    MoveStats moves();

    /**
     * {@return how many mappings and CPU views were made of the buffer so far; counted as {@link
     * BrokerSnapshot#maps}}
     */
    long maps();

    /** {@return the names of the attached devices} */
    default List<String> attached() {
      return attachments().stream().map(AttachmentState::device).toList();
    }
  }
}
