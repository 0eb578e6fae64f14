package dev.dmabroker.internal.gate;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Mapping;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A taken slot of a gate. All that changes lies in the slot: so the compiler can do without the
 * object where a mapping does not leave the method that made it.
 */
public final class BufferMapping implements Mapping {
  private final Gate gate;

  // The gate reads these.
  final Gate.Entrance entrance;
  final Slot slot;
  final long token;

  BufferMapping(Gate gate, Gate.Entrance entrance, Slot slot, long token) {
    this.gate = gate;
    this.entrance = entrance;
    this.slot = slot;
    this.token = token;
  }

  @Override
  public int fd() {
    int fd = descriptor("give out", HeapMemory::fd);
    if (fd < 0) {
      throw Exceptions.descriptor(
          this
              + " has no descriptor: its heap, or the application that brought the memory, gives"
              + " none; if a driver has to import it, register the device without cpuOnly(), or"
              + " have it forbid the heap "
              + heapName());
    }
    return fd;
  }

  @Override
  public int dupFd() {
    return descriptor("duplicate", HeapMemory::dupFd);
  }

  private int descriptor(String what, GateKeeper.Descriptor which) {
    try {
      return attachment().buffer().descriptor(this, which);
    } catch (HeapException e) {
      throw Exceptions.descriptor(
          "cannot " + what + " the descriptor of " + this + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Layout layout() {
    return place().layout();
  }

  @Override
  public String heapName() {
    return place().heap().name();
  }

  @Override
  public long sizeBytes() {
    return place().sizeBytes();
  }

  @Override
  public long generation() {
    return place().generation();
  }

  @Override
  public Access access() {
    return Slot.access(token);
  }

  @Override
  public boolean isOpen() {
    return slot.isTakenBy(token);
  }

  @Override
  public MappedView cpuView() {
    MemoryFaults.surface(); // An older fault of this thread is none of this view.
    BufferMapping hold = attachment().buffer().admitView(this);
    try {
      MappedView view = new MappedView(hold);
      place().memory().beginCpuAccess(access());
      return view;
    } catch (HeapException e) {
      hold.close();
      throw Exceptions.cpuAccess("cannot begin CPU access to " + this + ": " + e.getMessage(), e);
    } catch (VirtualMachineError e) {
      hold.close();
      throw e;
    }
  }

  @Override
  public void close() {
    boolean unused = leave();
    report(); // Even if it has left before: there may have been no stack left for the report.
  }

  /** Frees the slot without a report: false if that has happened before. */
  public boolean leave() {
    return slot.leave(token);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    closeAfter(fence, errno -> {});
  }

  /**
   * The same, and tells when the memory is no longer held, with what the fence signalled: from the
   * poller's thread, which must not be held up.
   */
  public void closeAfter(SyncFile fence, Consumer<OptionalInt> then) {
    if (!slot.fence(token)) {
      throw closed();
    }
    try {
      attachment()
          .buffer()
          .watchFence(
              this,
              fence,
              errno -> {
                leaveFenced();
                then.accept(errno);
              });
    } catch (Throwable e) {
      slot.unfence(token);
      throw e;
    }
    entrance.endFollowing();
  }

  /** From the poller's thread, which has other fences to see to. */
  private void leaveFenced() {
    if (slot.leaveFenced(token)) {
      gate.leftOnTime(entrance);
    }
  }

  /** The calling thread has got it now. */
  public void hand() {
    slot.hand(token, Caller.current());
  }

  public AttachedDevice attachment() {
    return entrance.occupancy().attachment();
  }

  public Place place() {
    return entrance.place();
  }

  /** Tells that it has left, after {@link #leave}. */
  void report() {
    gate.left(entrance);
  }

  /** The error of a call that asks for an open mapping. */
  public ClosedException closed() {
    return Exceptions.closed(this + " is closed; its descriptor may be another buffer's by now");
  }

  @Override
  public String toString() {
    return "the mapping of "
        + attachment().buffer().name()
        + " for "
        + attachment().device().name()
        + " in "
        + heapName();
  }
}
