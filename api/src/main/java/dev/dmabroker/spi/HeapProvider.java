package dev.dmabroker.spi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

  /**
   * Looks for heaps again, some time after {@link #discover}. What the broker finds in the answer:
   *
   * <ul>
   *   <li>A heap of {@code present}, as the very object, is there unchanged. So a provider need not
   *       open or try it again.
   *   <li>Another heap joins the broker, in the place of the answer's order.
   *   <li>A heap of {@code present} that is missing in the answer has vanished. A {@link Closed}
   *       finding of its name tells the broker why; the broker closes the heap when no buffer lies
   *       there any more.
   * </ul>
   *
   * <p>A heap whose device is another one than before, under the name that it had, is a new heap: a
   * new object. If this method throws, all heaps of {@code present} stay.
   *
   * <p>This default discovers anew. A heap that has the name of a heap of {@code present} counts as
   * that heap, and the new object is closed. May block as {@link #discover} does; the broker calls
   * it for one {@link dev.dmabroker.Broker#rescan} at a time.
   *
   * @param present the open heaps that this provider found, in the order in which it found them
   * @return what it found, the known heaps and others
   */
  default List<Finding> rediscover(List<Heap> present) {
    List<Finding> findings = new ArrayList<>();
    for (Finding finding : discover()) {
      findings.add(finding instanceof Open open ? open.orKnown(present) : finding);
    }
    return findings;
  }

  /**
   * {@return the paths whose appearance, end or change of permissions may change what this provider
   * finds: nodes, and folders of nodes} They need not exist. A broker that {@linkplain
   * dev.dmabroker.BrokerBuilder#watchHeaps watches} looks again when something happens there.
   */
  default Set<Path> watchedPaths() {
    return Set.of();
  }

  /** A heap that a provider found, open or closed. Immutable. */
  sealed interface Finding permits Open, Closed {}

  /**
   * A heap that can be used.
   *
   * @param heap the heap
   */
  record Open(Heap heap) implements Finding {

    /**
     * Closes this heap and returns the known heap of its name, if there is another of that name.
     */
    private Open orKnown(List<Heap> present) {
      for (Heap known : present) {
        if (known == heap) {
          return this;
        }
      }
      for (Heap known : present) {
        if (known.name().equals(heap.name())) {
          heap.close();
          return new Open(known);
        }
      }
      return this;
    }
  }

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
      FAILED,
      /** The machine had the heap while the broker ran, and has it no more. */
      VANISHED
    }
  }
}
