package dev.dmabroker.spi;

import java.util.List;

/**
 * Finds heaps on this machine. {@link java.util.ServiceLoader} finds providers, or the application
 * gives them to the broker's builder. A provider is called by the thread that builds the broker,
 * and need not be thread-safe unless several brokers are built with it at once.
 */
public interface HeapProvider {

  /**
   * {@return the name of the provider, equal at every call} It appears in errors, and the broker
   * asks the providers that it discovers in the order of their names.
   */
  String name();

  /**
   * {@return whether the broker wants these heaps only if no other heap has memory that drivers
   * import}
   */
  default boolean fallback() {
    return false;
  }

  /**
   * Looks for heaps, and gives them in an order that is the provider's own and does not change from
   * one call to the next. A heap that is missing or not permitted is a {@link Closed} finding, not
   * an exception. The caller closes the heaps. May block, and may allocate from heaps to see what
   * their memory is like.
   *
   * @return what was found
   */
  List<Finding> discover();

  /** A heap that a provider found, open or closed. Immutable. */
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
   * @param heap the name that the heap would have
   * @param kind whether the machine has the heap
   * @param reason why it cannot be used
   * @param remedy what would open it
   */
  record Closed(String heap, Kind kind, String reason, String remedy) implements Finding {

    /** Whether the machine has the heap, and what keeps it closed then. */
    public enum Kind {
      /** The machine has no such heap, which is an ordinary state of a machine. */
      MISSING,
      /** The machine has the heap, and this process may not open it. */
      NO_PERMISSION,
      /** The machine has the heap, and something went wrong. */
      FAILED
    }
  }
}
