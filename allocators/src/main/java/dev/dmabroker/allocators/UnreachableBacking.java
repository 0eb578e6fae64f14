package dev.dmabroker.allocators;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Memory of a modelled heap that the CPU does not reach: it has a descriptor, and no CPU views. */
final class UnreachableBacking implements Backing {
  private final Backing memory;

  /** Takes over the memory. */
  UnreachableBacking(Backing memory) {
    this.memory = memory;
  }

  private HeapException refusal() {
    return new HeapException(Kind.FAILED, memory + " is modelled as out of the CPU's reach");
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
    throw refusal();
  }

  @Override
  public void beginCpuAccess(Access access) throws HeapException {
    throw refusal();
  }

  @Override
  public void endCpuAccess(Access access) throws HeapException {
    throw refusal();
  }

  @Override
  public Optional<SyncFile> pendingFence(Access access) throws HeapException {
    return memory.pendingFence(access);
  }

  @Override
  public Optional<Object> identity() {
    return memory.identity();
  }

  @Override
  public void release() {
    memory.release();
  }

  @Override
  public String toString() {
    return memory.toString();
  }
}
