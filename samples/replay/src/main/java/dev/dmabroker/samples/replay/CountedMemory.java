package dev.dmabroker.samples.replay;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;

/** Memory of a size and without contents, at which no device of a trace looks. */
record CountedMemory(long sizeBytes, Runnable onRelease) implements Backing {
  @Override
  public int fd() {
    return -1;
  }

  @Override
  public int dupFd() throws HeapException {
    throw absent("descriptor");
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
    throw absent("byte");
  }

  private static HeapException absent(String what) {
    return new HeapException(
        HeapException.Kind.FAILED, "memory that is only counted has no " + what);
  }

  @Override
  public void beginCpuAccess(Access access) {}

  @Override
  public void endCpuAccess(Access access) {}

  @Override
  public void release() {
    onRelease.run();
  }
}
