package dev.dmabroker.testing;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;

/**
 * Memory that hands on to other memory whatever a subclass does not do itself. What an allocation
 * need not implement, its fences and its identity, is not handed on.
 */
public abstract class ForwardingBacking implements Backing {
  protected final Backing memory;

  protected ForwardingBacking(Backing memory) {
    this.memory = memory;
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public int fd() {
    return memory.fd();
  }

  @Override
  public int dupFd() throws HeapException {
    return memory.dupFd();
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    return memory.bytes(offsetBytes, lengthBytes);
  }

  @Override
  public void beginCpuAccess(Access access) throws HeapException {
    memory.beginCpuAccess(access);
  }

  @Override
  public void endCpuAccess(Access access) throws HeapException {
    memory.endCpuAccess(access);
  }

  @Override
  public FixedAddresses reserve(int sizeBytes) throws HeapException {
    return memory.reserve(sizeBytes);
  }

  @Override
  public void release() {
    memory.release();
  }
}
