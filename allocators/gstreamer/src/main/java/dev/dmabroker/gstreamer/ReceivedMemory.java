package dev.dmabroker.gstreamer;

import dev.dmabroker.allocators.ImportedDmaBuf;
import dev.dmabroker.allocators.MemoryRefusedException;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.LinuxBacking;
import dev.dmabroker.allocators.linux.socket.FileKind;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import java.io.IOException;

/**
 * A memfd of a pipeline. It has to be sealed against being cut short: an access beyond its end
 * would end the process. GStreamer's own shared memory is sealed so.
 */
final class ReceivedMemory implements ForeignMemory {
  private final int fd;
  private final long sizeBytes;

  private ReceivedMemory(int fd, long sizeBytes) {
    this.fd = fd;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Looks what a descriptor is of, without a call that its file system could answer: only the
   * kernel's own shared memory tells seals.
   *
   * @param fd stays the caller's, and has to be open until the memory is adopted
   * @param sizeBytes how much of the file is used
   * @throws BufferRefusedException if it is neither a dma-buf nor a sealed memfd, or is too short
   */
  static ForeignMemory of(int fd, long sizeBytes) {
    int seals = LibC.calls().fcntl(fd, LibC.F_GET_SEALS, 0);
    if (seals < 0) {
      return dmaBuf(fd, sizeBytes);
    }
    if ((seals & LibC.F_SEAL_SHRINK) == 0) {
      throw new BufferRefusedException(
          "a memfd may be cut short while it is read; it needs the seal F_SEAL_SHRINK");
    }
    return new ReceivedMemory(fd, sizeBytes);
  }

  private static ForeignMemory dmaBuf(int fd, long sizeBytes) {
    try {
      String name = FileKind.name(fd);
      if (!name.startsWith("/dmabuf:")) {
        throw new BufferRefusedException(
            "a descriptor is of no dma-buf and no memfd, but of " + name);
      }
      ImportedDmaBuf dmaBuf = ImportedDmaBuf.of(fd);
      if (dmaBuf.sizeBytes() < sizeBytes) {
        throw new BufferRefusedException(
            "a dma-buf should have " + sizeBytes + " bytes, and has " + dmaBuf.sizeBytes());
      }
      return dmaBuf;
    } catch (IOException | MemoryRefusedException e) {
      throw new BufferRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public String name() {
    return "gstreamer";
  }

  @Override
  public String type() {
    return "memfd";
  }

  @Override
  public HeapTraits traits() {
    return HeapTraits.builder()
        .deviceAccess(Trait.documented(false, "a memfd is no dma-buf"))
        .cpuReach(Trait.documented(true, "it is shared memory"))
        .cached(Trait.assumed(true, "it is ordinary memory"))
        .build();
  }

  /** False: the pipeline fills this memory again. */
  @Override
  public boolean movable() {
    return false;
  }

  @Override
  public Backing open() throws HeapException {
    Fd own = Fd.duplicateOf(fd, "memory of GStreamer");
    try {
      return LinuxBacking.received(own, sizeBytes, "memory of GStreamer");
    } catch (HeapException | RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }
}
