package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import java.util.Optional;

/**
 * A dma-buf that another exporter made, by a descriptor of the application. Immutable.
 *
 * @param fd borrowed until {@link #open} has returned
 * @param id tells the dma-buf from other files that may get the descriptor's number
 * @param sizeBytes its size as the kernel tells it
 */
public record DmaBufImport(int fd, FileId id, long sizeBytes) {

  /**
   * Looks at a descriptor.
   *
   * @throws HeapException if it is not open, or not of a dma-buf
   */
  public static DmaBufImport of(int fd) throws HeapException {
    NativeAccess.require();
    // All is asked of one file, also if the application closes its descriptor meanwhile.
    try (Fd own = Fd.duplicateOf(fd, "a look at it");
        Fd.Use use = own.use()) {
      Optional<FileId> id = FileId.of(use.number());
      // Seeking tells a dma-buf's size; of any other file it would move the user's position.
      long size =
          DmaBufs.isDmaBuf(use.number()) ? LibC.calls().lseek(use.number(), 0, LibC.SEEK_END) : -1;
      if (size < 1 || id.isEmpty()) {
        throw new HeapException(
            Kind.FAILED,
            "descriptor "
                + fd
                + " is no dma-buf (kernels from 5.3 on tell); a memfd becomes one by /dev/udmabuf");
      }
      return new DmaBufImport(fd, id.get(), size);
    }
  }

  /** The traits that the dma-buf itself shows. A trait that is unknown counts as no. */
  public HeapTraits traits() {
    return HeapTraits.builder()
        .deviceAccess(Trait.probed(true, "it is a file of the dma-buf file system"))
        .cpuReach(cpuReach())
        .build();
  }

  private Trait<Boolean> cpuReach() {
    try {
      Backing sample = open();
      try {
        sample.beginCpuAccess(Access.READ);
        sample.endCpuAccess(Access.READ);
        sample.bytes(0, 1);
        return Trait.probed(true, "it was mapped");
      } finally {
        sample.release();
      }
    } catch (HeapException e) {
      return Trait.probed(false, "the CPU does not reach it: " + e.getMessage());
    }
  }

  /**
   * Opens the memory by a descriptor of its own.
   *
   * @throws HeapException if the descriptor is closed or another file's by now, or the process has
   *     none left
   */
  public Backing open() throws HeapException {
    Fd own = Fd.duplicateOf(fd, toString());
    if (!FileId.of(own.lend()).equals(Optional.of(id))) {
      own.close();
      throw new HeapException(
          Kind.FAILED,
          "descriptor " + fd + " is another file's by now; keep it open until it is adopted");
    }
    return new LinuxBacking(own, sizeBytes, true, toString(), new Leftovers(), () -> {});
  }

  @Override
  public String toString() {
    return "dma-buf with inode " + id.inode();
  }
}
