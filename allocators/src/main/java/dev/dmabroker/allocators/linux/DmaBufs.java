package dev.dmabroker.allocators.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Asks the kernel about the file of a dma-buf. */
public final class DmaBufs {

  private static final String COUNT = "count:";

  /** The bytes to read; the lines up to the count take less than 150 bytes. */
  private static final int READ_BYTES = 512;

  private DmaBufs() {}

  /**
   * Whether a descriptor is one of a dma-buf. Its file system tells it, which only dma-bufs have
   * since kernel 5.3 (drivers/dma-buf/dma-buf.c). Takes no descriptor.
   */
  public static boolean isDmaBuf(int fd) {
    byte[] result = new byte[LibC.STATFS_BYTES];
    return LibC.calls().fstatfs(fd, result) == 0
        && ByteBuffer.wrap(result).order(ByteOrder.nativeOrder()).getLong(0) == LibC.DMA_BUF_MAGIC;
  }

  /**
   * The number of holders of a dma-buf's file: its descriptors in all processes, sent ones
   * included, its mappings, the drivers that have imported it, and for a moment each system call on
   * it. It is the line {@code count:} of /proc/self/fdinfo (Documentation/filesystems/proc.rst).
   *
   * @return 1 if the descriptor is the only holder; empty if the number cannot be read, as for a
   *     file that is no dma-buf, or when no descriptor is left
   */
  static OptionalLong holders(int fd) {
    int info =
        LibC.calls().open(Fd.text("/proc/self/fdinfo/" + fd), LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (info == -1) {
      return OptionalLong.empty();
    }
    byte[] bytes = new byte[READ_BYTES];
    long length = LibC.calls().pread(info, bytes, READ_BYTES, 0);
    LibC.calls().close(info);
    return length <= 0
        ? OptionalLong.empty()
        : holders(new String(bytes, 0, (int) length, StandardCharsets.ISO_8859_1));
  }

  /** The number of holders, from the file's text. */
  static OptionalLong holders(String fdinfo) {
    return fdinfo
        .lines()
        .filter(line -> line.startsWith(COUNT))
        .mapToLong(line -> Long.parseLong(line.substring(COUNT.length()).strip()))
        .findFirst();
  }
}
