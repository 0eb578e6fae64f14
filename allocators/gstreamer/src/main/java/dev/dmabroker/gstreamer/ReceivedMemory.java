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
 * A memfd that a sink has sent. It has to be sealed against being cut short: an access beyond its
 * end would end the process. GStreamer's own shared memory is sealed so.
 */
final class ReceivedMemory implements ForeignMemory {
  private final Fd fd;
  private final long sizeBytes;

  private ReceivedMemory(Fd fd, long sizeBytes) {
    this.fd = fd;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Looks what a descriptor is of, without a call that its file system could answer: only the
   * kernel's own shared memory tells seals.
   *
   * @param fd stays the caller's, and has to be open until the memory is adopted
   * @param sizeBytes how much of the file is used
   * @throws BadMessageException if it is neither a dma-buf nor a sealed memfd, or is too short
   */
  static ForeignMemory of(Fd fd, long sizeBytes) throws IOException {
    try (Fd.Use use = fd.use()) {
      int seals = LibC.calls().fcntl(use.number(), LibC.F_GET_SEALS, 0);
      if (seals < 0) {
        return dmaBuf(fd, use.number(), sizeBytes);
      }
      if ((seals & LibC.F_SEAL_SHRINK) == 0) {
        throw new BadMessageException(
            "a memfd may be cut short while it is read; it needs the seal F_SEAL_SHRINK");
      }
      return new ReceivedMemory(fd, sizeBytes);
    } catch (HeapException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()));
    }
  }

  private static ForeignMemory dmaBuf(Fd fd, int number, long sizeBytes) throws IOException {
    String name = FileKind.name(fd);
    if (!name.startsWith("/dmabuf:")) {
      throw new BadMessageException("a descriptor is of no dma-buf and no memfd, but of " + name);
    }
    try {
      ImportedDmaBuf dmaBuf = ImportedDmaBuf.of(number);
      if (dmaBuf.sizeBytes() < sizeBytes) {
        throw new BadMessageException(
            "a dma-buf should have " + sizeBytes + " bytes, and has " + dmaBuf.sizeBytes());
      }
      return dmaBuf;
    } catch (MemoryRefusedException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()));
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

  /** False: the sink's pipeline fills this memory again. */
  @Override
  public boolean movable() {
    return false;
  }

  @Override
  public Backing open() throws HeapException {
    Fd own;
    try (Fd.Use use = fd.use()) {
      own = new Fd(use.dup(), "memory of GStreamer");
    }
    try {
      return LinuxBacking.received(own, sizeBytes, "memory of GStreamer");
    } catch (HeapException | RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }
}
