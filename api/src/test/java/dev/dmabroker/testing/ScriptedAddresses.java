package dev.dmabroker.testing;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.HeapException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What stands for addresses that stay. Java code cannot put memory to an address, so the ByteBuffer
 * is another one after each change.
 */
final class ScriptedAddresses implements FixedAddresses {
  private final int sizeBytes;
  private final AtomicInteger all;
  private ByteBuffer seen;
  private boolean showing;

  /**
   * Reserves addresses.
   *
   * @param all counts the addresses that show memory
   */
  ScriptedAddresses(int sizeBytes, AtomicInteger all) {
    this.sizeBytes = sizeBytes;
    this.all = all;
    this.seen = zeros();
  }

  private ByteBuffer zeros() {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public synchronized ByteBuffer bytes() {
    return seen.duplicate().order(ByteOrder.nativeOrder());
  }

  @Override
  public synchronized void show(Backing memory) throws HeapException {
    seen = memory.bytes(0, (int) Math.min(sizeBytes, memory.sizeBytes()));
    note(true);
  }

  @Override
  public synchronized void hide() {
    seen = zeros();
    note(false);
  }

  private void note(boolean now) {
    if (showing != now) {
      showing = now;
      all.addAndGet(now ? 1 : -1);
    }
  }
}
