package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * Overwrites new memory with zeros where devices do not trust each other. Heaps promise to give
 * memory that is clear, but a heap or a kernel that breaks the promise would show one group what
 * buffers of another group held. Where the CPU does not reach the memory, the heap's promise is all
 * there is. This class is thread-safe.
 */
final class Clearing {
  private static final byte[] ZEROS = new byte[64 * 1024];

  private final BooleanSupplier distrust;

  /** Makes an object that clears for as long as there is distrust. */
  Clearing(BooleanSupplier distrust) {
    this.distrust = distrust;
  }

  /**
   * Clears memory that a heap has just given, if that is needed.
   *
   * @throws HeapException if that fails; the memory is still the caller's then
   */
  void clear(HeapAccount heap, HeapMemory memory) throws HeapException {
    if (!distrust.getAsBoolean() || !heap.traits().cpuReach().is(true)) {
      return;
    }
    try {
      Foreign.order(() -> overwrite(memory)); // The memory may fault.
    } catch (HeapException e) {
      throw new HeapException(e.kind(), "gave memory that cannot be cleared: " + e.getMessage(), e);
    }
  }

  private static void overwrite(HeapMemory memory) throws HeapException {
    memory.beginCpuAccess(Access.WRITE);
    try {
      long size = memory.sizeBytes();
      for (long at = 0; at < size; at += ZEROS.length) {
        int length = (int) Math.min(ZEROS.length, size - at);
        ByteBuffer part = memory.bytes(at, length);
        part.put(ZEROS, 0, length);
      }
    } finally {
      memory.endCpuAccess(Access.WRITE);
    }
  }
}
