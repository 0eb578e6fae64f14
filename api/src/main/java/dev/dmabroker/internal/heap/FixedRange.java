package dev.dmabroker.internal.heap;

import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that stay, and the memory that they show. Memory knows the ranges that may show it, and
 * leaves them before it is given back: so the addresses never keep memory from its heap. This class
 * is thread-safe. Its monitor is held while the addresses change, which is a few system calls;
 * nothing else waits for it but another use of these addresses and the release of their memory.
 */
public final class FixedRange {
  private final FixedAddresses addresses;

  /** The memory that is shown, or that a failed attempt may have left there; null for zeros. */
  private @Nullable HeapMemory shown;

  private FixedRange(FixedAddresses addresses) {
    this.addresses = addresses;
  }

  /** Reserves addresses by the means of some memory, which must be in use. */
  public static FixedRange reserve(HeapMemory memory, int sizeBytes) throws HeapException {
    return new FixedRange(Foreign.ask(() -> memory.backing().reserve(sizeBytes)));
  }

  /** Returns all that the addresses show. */
  public ByteBuffer bytes() throws HeapException {
    return Foreign.ask(addresses::bytes);
  }

  public synchronized boolean shows(HeapMemory memory) {
    return shown == memory;
  }

  /** Shows memory, which must be in use, unless it is shown already. */
  public synchronized void show(HeapMemory memory) throws HeapException {
    HeapMemory before = shown;
    if (before == memory) {
      return;
    }
    memory.addRange(this);
    shown = memory;
    try {
      Foreign.order(() -> addresses.show(memory.backing()));
    } catch (Throwable e) {
      hide(); // A part may have been done.
      throw e;
    } finally {
      if (before != null) {
        before.removeRange(this);
      }
    }
  }

  /** Shows zeros, if this memory is shown now. */
  synchronized void hide(HeapMemory memory) {
    if (shown == memory) {
      hide();
    }
  }

  /** Shows zeros. */
  public synchronized void hide() {
    HeapMemory memory = shown;
    if (memory == null) {
      return;
    }
    try {
      Foreign.order(addresses::hide);
      shown = null;
      memory.removeRange(this);
    } catch (HeapException e) {
      EngineLog.LOG.log(
          Level.ERROR,
          "a fixed view shows " + memory.sizeBytes() + " bytes on that it should let go of",
          e);
    }
  }
}
