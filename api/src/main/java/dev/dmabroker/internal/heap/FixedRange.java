package dev.dmabroker.internal.heap;

import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that stay, and the memory that they show. Memory knows the ranges that may show it, and
 * leaves them before it is given back: so the addresses never keep memory from its heap. This class
 * is thread-safe. Its monitor is held while the addresses change, which is a few system calls;
 * nothing else waits for it but another use of these addresses and the release of their memory.
 */
public final class FixedRange {
  private final FixedAddresses addresses;

  /** The memory that is shown for certain; null if there is none. */
  private @Nullable HeapMemory shown;

  /** All memory that the addresses may show: more than one after a change that failed. */
  private final Set<HeapMemory> maybe = new HashSet<>(0);

  private FixedRange(FixedAddresses addresses) {
    this.addresses = addresses;
  }

  /** Reserves addresses by the means of some memory, which must be in use. */
  public static FixedRange reserve(HeapMemory memory, int sizeBytes) throws HeapException {
    return new FixedRange(Foreign.ask(() -> memory.backing().reserve(sizeBytes)));
  }

  /**
   * Returns what the first addresses show.
   *
   * @throws HeapException if native code could not use what the extension answers
   */
  public ByteBuffer bytes(int sizeBytes) throws HeapException {
    ByteBuffer all = Foreign.ask(addresses::bytes);
    if (!all.isDirect() || all.isReadOnly() || all.limit() < sizeBytes) {
      throw new HeapException(
          HeapException.Kind.FAILED,
          addresses.getClass().getName()
              + " gave "
              + all
              + " for addresses that show "
              + sizeBytes
              + " bytes and can be written; correct the heap");
    }
    return all.slice(0, sizeBytes);
  }

  public synchronized boolean shows(HeapMemory memory) {
    return shown == memory;
  }

  /** Shows memory, which must be in use, unless it is shown already. */
  public synchronized void show(HeapMemory memory) throws HeapException {
    if (shown == memory) {
      return;
    }
    memory.addRange(this);
    maybe.add(memory);
    shown = null;
    try {
      Foreign.order(() -> addresses.show(memory.backing()));
    } catch (Throwable e) {
      hide(); // A part may have been done.
      throw e;
    }
    shown = memory;
    leaveAllBut(memory);
  }

  /** Shows zeros, if this memory may be shown now. */
  synchronized void hide(HeapMemory memory) {
    if (maybe.contains(memory)) {
      hide();
    }
  }

  /** Shows zeros. */
  public synchronized void hide() {
    if (maybe.isEmpty()) {
      return;
    }
    try {
      Foreign.order(addresses::hide);
      shown = null;
      leaveAllBut(null);
    } catch (HeapException e) {
      long bytes = maybe.stream().mapToLong(HeapMemory::sizeBytes).sum();
      EngineLog.LOG.log(
          Level.ERROR, "a fixed view shows " + bytes + " bytes on that it should let go of", e);
    }
  }

  private void leaveAllBut(@Nullable HeapMemory stays) {
    maybe.removeIf(
        memory -> {
          if (memory == stays) {
            return false;
          }
          memory.removeRange(this);
          return true;
        });
  }
}
