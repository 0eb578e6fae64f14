package dev.dmabroker.spi;

import java.nio.ByteBuffer;

/**
 * Addresses of this process that stay while the memory behind them changes. A backing {@linkplain
 * Backing#reserve reserves} them. An access to one of them never faults, at any time: where no
 * memory is shown there are zero pages, which belong to this process alone.
 *
 * <p>The addresses are given back once neither this object nor a ByteBuffer of it is reachable. The
 * broker calls {@link #show} and {@link #hide} one at a time, and {@link #bytes} at any time, from
 * any thread; so implementations are thread-safe as to {@code bytes}.
 */
public interface FixedAddresses {

  /**
   * {@return all the addresses, in native order, with one address at each call; it shows the memory
   * of the moment}
   */
  ByteBuffer bytes();

  /**
   * Shows memory from the first address on, and zeros after its end, in the place of what is shown
   * now. For a thread that looks meanwhile each page changes in one step. If memory is longer than
   * the addresses, its end is not shown.
   *
   * @param memory the memory, which is not released before {@link #hide} was called or other memory
   *     is shown
   * @throws HeapException if the memory cannot be mapped there; then what was shown before is shown
   *     still, or zeros are
   */
  void show(Backing memory) throws HeapException;

  /**
   * Shows zeros, and so lets go of the memory. What is written from now on reaches no buffer. A
   * second call does nothing.
   *
   * @throws HeapException if the system has no zero pages; the memory is shown still, and another
   *     call tries again
   */
  void hide() throws HeapException;
}
