package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.DmaBufImport;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;

/**
 * A dma-buf that somebody else exported, such as a driver or another process, for {@link
 * dev.dmabroker.Broker#adopt}. The buffer stays in it; a device that it does not suit needs a
 * {@linkplain dev.dmabroker.Broker#shadow shadow}.
 *
 * <p>It is known by its inode: the same dma-buf is recognised under any descriptor. Nothing is
 * known of its memory but that it is a dma-buf, its size, and whether the CPU reaches it, which is
 * tried; the importer may declare more. A device that has a {@linkplain
 * dev.dmabroker.DeviceSpec#probe probe} is asked itself.
 *
 * <p>Needs Linux 5.3 or later, where dma-bufs have inodes of their own. Thread-safe.
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
   * A dma-buf of which nothing is declared.
   *
   * @param fd remains the caller's, and has to be open until the broker has adopted this, which
   *     takes a duplicate
   * @throws HeapException if it is not open, or no dma-buf
   */
  public static ImportedDmaBuf of(int fd) throws HeapException {
    DmaBufImport dmaBuf = DmaBufImport.of(fd);
    return new ImportedDmaBuf(dmaBuf, dmaBuf.traits());
  }

  /**
   * A dma-buf whose exporter's properties the importer knows.
   *
   * @param fd as for {@link #of(int)}
   * @param declared all that is known of its memory; nothing is added to it
   * @throws HeapException if it is not open, or no dma-buf
   */
  public static ImportedDmaBuf of(int fd, HeapTraits declared) throws HeapException {
    return new ImportedDmaBuf(DmaBufImport.of(fd), declared);
  }

  /** Its size. */
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

  /** False: who exported it expects it to be used where it is. */
  @Override
  public boolean movable() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @throws HeapException if the descriptor was closed in the meantime, or is another file's
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
