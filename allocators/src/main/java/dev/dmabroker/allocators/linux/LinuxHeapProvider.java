package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.util.List;

/**
 * Finds heaps of this machine. A look for heaps, the first or a later one, keeps the heaps that are
 * there unchanged. Where system calls cannot be made all heaps are closed.
 */
abstract class LinuxHeapProvider implements HeapProvider {
  private final String[] heaps;

  /**
   * Makes a provider.
   *
   * @param heaps the names of what is closed where no system call can be made
   */
  LinuxHeapProvider(String... heaps) {
    this.heaps = heaps.clone();
  }

  @Override
  public final List<Finding> discover() {
    return rediscover(List.of());
  }

  /** {@inheritDoc} Heaps whose nodes are unchanged are not opened again. */
  @Override
  public final List<Finding> rediscover(List<Heap> present) {
    return NativeAccess.closed(heaps).orElseGet(() -> look(new PresentHeaps(present)));
  }

  /** Looks for heaps besides those that were found before. */
  abstract List<Finding> look(PresentHeaps present);
}
