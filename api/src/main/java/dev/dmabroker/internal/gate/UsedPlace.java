package dev.dmabroker.internal.gate;

import dev.dmabroker.ClosedException;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapException;

/** The memory of a place, as a mapping or a lease of an attachment shows it to the application. */
public interface UsedPlace extends MappedMemory {

  AttachedDevice attachment();

  Place place();

  @Override
  default int fd() {
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
  default int dupFd() {
    return descriptor("duplicate", HeapMemory::dupFd);
  }

  private int descriptor(String what, GateKeeper.Question<Integer> which) {
    try {
      return attachment().buffer().ask(this, which);
    } catch (HeapException e) {
      throw Exceptions.descriptor(
          "cannot " + what + " the descriptor of " + this + ": " + e.getMessage(), e);
    }
  }

  @Override
  default Layout layout() {
    return place().layout();
  }

  @Override
  default String heapName() {
    return place().heap().name();
  }

  @Override
  default long sizeBytes() {
    return place().sizeBytes();
  }

  @Override
  default long generation() {
    return place().generation();
  }

  @Override
  default MappedView cpuView() {
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

  /** The error of a call that asks for memory that is in use. */
  default ClosedException closed() {
    return Exceptions.closed(this + " is closed; its descriptor may be another buffer's by now");
  }
}
