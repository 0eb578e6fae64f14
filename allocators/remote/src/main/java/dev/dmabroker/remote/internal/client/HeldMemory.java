package dev.dmabroker.remote.internal.client;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapException;

/** The memory of a mapping or a lease, as it is shown to the application. */
interface HeldMemory extends MappedMemory {

  Memories.Use memory();

  /** Keeps the memory in its place for a view, too; false if it is not kept any more. */
  boolean addView();

  /** A view has ended. */
  void endView();

  /** The error of a call that asks for memory that is not kept any more. */
  default ClosedException closed() {
    return Exceptions.closed(this + " is closed; its descriptor may be another buffer's by now");
  }

  private void requireOpen() {
    if (!isOpen()) {
      throw closed();
    }
  }

  @Override
  default int fd() {
    requireOpen();
    return memory().received().backing.fd();
  }

  @Override
  default int dupFd() {
    requireOpen();
    try {
      return memory().received().backing.dupFd();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot duplicate the descriptor of " + this, e);
    }
  }

  @Override
  default Layout layout() {
    return memory().layout();
  }

  @Override
  default String heapName() {
    return memory().heap();
  }

  @Override
  default long sizeBytes() {
    return memory().sizeBytes();
  }

  @Override
  default long generation() {
    return memory().generation();
  }

  /** {@inheritDoc} The view keeps the memory by itself, so that this may end before it. */
  @Override
  default CpuView cpuView() {
    if (!addView()) {
      throw closed();
    }
    return new RemoteView(toString(), access(), memory(), this::endView);
  }
}
