package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The machine's NUMA nodes, and the way to ask for memory of one. */
final class NumaNodes {
  private static final Path WITH_MEMORY = Path.of("/sys/devices/system/node/has_memory");
  private static final int MPOL_PREFERRED = 1;

  private NumaNodes() {}

  /** The nodes that have memory, ascending; empty if the kernel does not tell. */
  static int[] withMemory() {
    try {
      return parse(Files.readString(WITH_MEMORY));
    } catch (IOException | NumberFormatException e) {
      return new int[0];
    }
  }

  /** Reads a list of nodes, for example {@code 0-1,3}. */
  static int[] parse(String list) {
    return list.isBlank()
        ? new int[0]
        : Arrays.stream(list.strip().split(",", -1))
            .flatMapToInt(
                range -> {
                  String[] ends = range.split("-", 2);
                  return IntStream.rangeClosed(
                      Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                })
            .toArray();
  }

  static Trait<Integer> trait(int node) {
    return Trait.assumed(
        node, "its pages are asked of that node, and come from others when it is full");
  }

  /**
   * Makes the pages that a memfd will get come from a node while there are any. The policy is the
   * file's, set by way of a mapping (mbind(2)), so no thread's own policy is changed.
   *
   * @throws HeapException if the kernel or this architecture cannot do it, or the node does not
   *     exist
   */
  static void prefer(int memfd, long sizeBytes, int node, String what) throws HeapException {
    long mbind =
        Architecture.current()
            .map(Architecture::mbind)
            .orElseThrow(
                () -> new HeapException(Kind.FAILED, "mbind has a number that is not known here"));
    if (node < 0 || node >= Long.SIZE - 1) {
      throw new HeapException(Kind.FAILED, what + " cannot lie at node " + node);
    }
    int flags = LibC.MAP_SHARED;
    long address = LibC.calls().mmap(0, sizeBytes, LibC.PROT_READ, flags, memfd, 0);
    if (address == LibC.MAP_FAILED) {
      throw Errno.last().failure("mapping " + what);
    }
    try (Memory nodes = new Memory(Long.BYTES)) {
      nodes.setLong(0, 1L << node);
      long mask = Pointer.nativeValue(nodes);
      // The kernel takes one bit less than it is told.
      if (LibC.calls().syscall(mbind, address, sizeBytes, MPOL_PREFERRED, mask, Long.SIZE, 0)
          == -1) {
        throw Errno.last().failure("mbind of " + what + " to node " + node);
      }
    } finally {
      LibC.calls().munmap(address, sizeBytes);
    }
  }
}
