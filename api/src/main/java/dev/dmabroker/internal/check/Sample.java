package dev.dmabroker.internal.check;

import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * A sample of what lies in some memory: pieces at equal distances, and their checksum. Two samples
 * of one memory begin at different bytes, so that a change which one misses is found by another.
 *
 * @param begin where the first piece begins
 * @param checksum the checksum of all pieces
 */
record Sample(long begin, long checksum) {
  private static final int PIECES = 64;
  private static final int PIECE_BYTES = 64;

  /** Takes a sample of memory, which must be in use and in the CPU's reach. May block. */
  static Sample of(HeapMemory memory) throws HeapException {
    long spare = distance(memory) - PIECE_BYTES;
    long begin = spare <= 0 ? 0 : ThreadLocalRandom.current().nextLong(spare + 1);
    return new Sample(begin, checksum(memory, begin));
  }

  /** Tells whether the same pieces of the memory have the same contents now. May block. */
  boolean isStillIn(HeapMemory memory) throws HeapException {
    return checksum(memory, begin) == checksum;
  }

  private static long distance(HeapMemory memory) {
    return Math.max(memory.sizeBytes() / PIECES, PIECE_BYTES);
  }

  private static long checksum(HeapMemory memory, long begin) throws HeapException {
    memory.beginCpuAccess(Access.READ);
    try {
      return Foreign.ask(() -> read(memory, begin));
    } finally {
      memory.endCpuAccess(Access.READ);
    }
  }

  private static long read(HeapMemory memory, long begin) throws HeapException {
    CRC32C sum = new CRC32C();
    long distance = distance(memory);
    for (long at = begin; at < memory.sizeBytes(); at += distance) {
      int length = (int) Math.min(PIECE_BYTES, memory.sizeBytes() - at);
      sum.update(memory.bytes(at, length));
    }
    MemoryFaults.surface(); // What was gone is no contents.
    return sum.getValue();
  }
}
