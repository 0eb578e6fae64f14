package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.DmaBufImport;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;

/**
 * A dma-buf that another exporter made, for example a driver or another process, for {@link
 * dev.dmabroker.Broker#adopt}. The buffer stays in it; a device that it does not suit needs a
 * {@linkplain dev.dmabroker.Broker#shadow shadow}.
 *
 * <p>The dma-buf is known by its inode, so the broker recognises it under any descriptor. Of its
 * memory it is only known that it is a dma-buf, its size, and whether the CPU reaches it, which is
 * tried. An application that knows more may declare more. A device that has a {@linkplain
 * dev.dmabroker.DeviceSpec#probe probe} is asked directly.
 *
 * <p>Needs Linux 5.3 or later, where each dma-buf has an inode of its own. Thread-safe.
 */
public final class ImportedDmaBuf implements ForeignMemory {
  private static final String NAME = "imported";

  private final DmaBufImport dmaBuf;
  private final HeapTraits traits;

  private ImportedDmaBuf(DmaBufImport dmaBuf, HeapTraits traits) {
    this.dmaBuf = dmaBuf;
    this.traits = traits;
  }

  /**
   * Imports a dma-buf for which no properties are declared.
   *
   * @param fd stays the caller's, and has to be open until the broker has adopted the memory; the
   *     broker takes a duplicate
   * @return the memory to adopt
   * @throws MemoryRefusedException if the descriptor is not open, or not of a dma-buf
   */
  public static ImportedDmaBuf of(int fd) {
    DmaBufImport dmaBuf = look(fd);
    return new ImportedDmaBuf(dmaBuf, dmaBuf.traits());
  }

  /**
   * Imports a dma-buf with properties that the application knows.
   *
   * @param fd as for {@link #of(int)}
   * @param declared all that is known of its memory; nothing is added to it
   * @return the memory to adopt
   * @throws MemoryRefusedException if the descriptor is not open, or not of a dma-buf
   */
  public static ImportedDmaBuf of(int fd, HeapTraits declared) {
    return new ImportedDmaBuf(look(fd), declared);
  }

  private static DmaBufImport look(int fd) {
    try {
      return DmaBufImport.of(fd);
    } catch (HeapException e) {
      throw new MemoryRefusedException(e);
    }
  }

  /** {@return the size of the dma-buf in bytes} */
  public long sizeBytes() {
    return dmaBuf.sizeBytes();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String type() {
    return "import";
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  /** False: the exporter expects the memory to be used where it is. */
  @Override
  public boolean movable() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @throws HeapException if the descriptor was closed meanwhile, or is another file's
   */
  @Override
  public Backing open() throws HeapException {
    return dmaBuf.open();
  }

  @Override
  public String toString() {
    return "imported " + dmaBuf;
  }
}
