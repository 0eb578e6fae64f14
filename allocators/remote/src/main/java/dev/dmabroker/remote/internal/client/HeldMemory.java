package dev.dmabroker.remote.internal.client;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapException;

/** The memory of a hold, as a mapping or a lease shows it to the application. */
interface HeldMemory extends MappedMemory {

  RemoteAttachment attachment();

  Hold hold();

  /** The error of a call that asks for memory that is not held any more. */
  ClosedException closed();

  private void requireOpen() {
    if (!isOpen()) {
      throw closed();
    }
  }

  @Override
  default int fd() {
    requireOpen();
    return hold().memory().received().backing.fd();
  }

  @Override
  default int dupFd() {
    requireOpen();
    try {
      return hold().memory().received().backing.dupFd();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot duplicate the descriptor of " + this, e);
    }
  }

  @Override
  default Layout layout() {
    return hold().memory().layout();
  }

  @Override
  default String heapName() {
    return hold().memory().heap();
  }

  @Override
  default long sizeBytes() {
    return hold().memory().sizeBytes();
  }

  @Override
  default long generation() {
    return hold().memory().generation();
  }

  /** {@inheritDoc} The view holds the memory by itself, so that this may end before it. */
  @Override
  default CpuView cpuView() {
    requireOpen();
    hold().add();
    if (!isOpen()) { // It ended meanwhile, so that may have been too late.
      hold().end();
      throw closed();
    }
    return new RemoteView(toString(), access(), hold().memory(), hold()::end);
  }
}
