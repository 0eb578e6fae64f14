package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Layout;
import dev.dmabroker.Mapping;
import dev.dmabroker.spi.HeapException;

/**
 * A taken slot of a gate. Immutable, and all that changes lies in the slot: so the compiler can do
 * without the object where a mapping does not leave the method that made it.
 */
final class BufferMapping implements Mapping {
  private final AttachedDevice attachment;
  private final Gate.Pass pass;
  private final Access access;

  BufferMapping(AttachedDevice attachment, Gate.Pass pass, Access access) {
    this.attachment = attachment;
    this.pass = pass;
    this.access = access;
  }

  @Override
  public int fd() {
    return open().backing().fd();
  }

  @Override
  public int dupFd() {
    try {
      return open().backing().dupFd();
    } catch (HeapException e) {
      throw new DescriptorException(
          "cannot duplicate the descriptor of " + this + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Layout layout() {
    return pass.place().layout();
  }

  @Override
  public String heapName() {
    return pass.place().heap().name();
  }

  @Override
  public long sizeBytes() {
    return pass.place().sizeBytes();
  }

  @Override
  public long generation() {
    return pass.place().generation();
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public boolean isOpen() {
    return pass.isHeld();
  }

  @Override
  public CpuView cpuView() {
    Gate.Pass hold = attachment.buffer().admitView(attachment, pass, access);
    try {
      hold.place().backing().beginCpuAccess(access);
    } catch (HeapException | RuntimeException e) {
      leave(attachment, hold);
      throw new CpuAccessException("cannot begin CPU access to " + this + ": " + e.getMessage(), e);
    } catch (Error e) {
      leave(attachment, hold);
      throw e;
    }
    return new MappedView(attachment, hold, access);
  }

  @Override
  public void close() {
    leave(attachment, pass);
  }

  /** Gives a slot back: true if this call did it. */
  static boolean leave(AttachedDevice attachment, Gate.Pass pass) {
    if (!pass.leave()) {
      return false;
    }
    if (!attachment.gate().isOpenAt(pass.place())) {
      attachment.buffer().left();
    }
    return true;
  }

  private Placement open() {
    if (!pass.isHeld()) {
      throw new ClosedException(this + " is closed; its descriptor may be another buffer's by now");
    }
    return pass.place();
  }

  @Override
  public String toString() {
    return "the mapping of "
        + attachment.buffer().name()
        + " for "
        + attachment.device().name()
        + " in "
        + heapName();
  }
}
