package dev.dmabroker.spi;

import java.util.List;

/**
 * Finds heaps on this machine. Found by {@link java.util.ServiceLoader} or given to the broker's
 * builder.
 */
public interface HeapProvider {

  /** Names the provider in errors. */
  String name();

  /** Whether these heaps are wanted only where no other provider gives one that devices reach. */
  default boolean fallback() {
    return false;
  }

  /**
   * Looks for heaps. What is missing or not permitted is a {@link Closed} finding, not an
   * exception. The caller closes the heaps.
   */
  List<Finding> discover();

  /** What a provider found. */
  sealed interface Finding permits Open, Closed {}

  /**
   * A heap that can be used.
   *
   * @param heap the heap
   */
  record Open(Heap heap) implements Finding {}

  /**
   * A heap that cannot be used now.
   *
   * @param heap what its name would be
   * @param reason why it cannot be used
   * @param remedy what would open it
   */
  record Closed(String heap, String reason, String remedy) implements Finding {}
}
