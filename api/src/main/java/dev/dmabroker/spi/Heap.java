package dev.dmabroker.spi;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A source of memory for buffers. Thread-safe. The broker calls it without holding a lock and
 * closes it after its last backing is released.
 */
public interface Heap extends AutoCloseable {

  /** {@return the name of the heap, unique in the broker among names and aliases} */
  String name();

  /** {@return other names that constraints may use for this heap} */
  default Set<String> aliases() {
    return Set.of();
  }

  /**
   * {@return the kind of the heap, for example {@code dma-heap}, for constraints that name types}
   */
  default String type() {
    return "other";
  }

  /** {@return what is known of the heap's memory, equal at every call} */
  HeapTraits traits();

  /**
   * Allocates memory that is filled with zeros and has all its pages. May block.
   *
   * @param request what is asked for
   * @return the memory, which the caller releases
   * @throws HeapException if the heap gives no memory of that size and alignment; nothing is left
   *     behind then
   */
  Backing allocate(Request request) throws HeapException;

  /**
   * What a heap is asked for. Immutable.
   *
   * @param label names the allocation in the kernel's debug files where that is possible
   * @param sizeBytes at least 1; the heap rounds it up as it needs
   * @param alignmentBytes what the devices were promised, a power of two: the physical (or bus)
   *     address of the first byte is a multiple of it. The broker asks a heap for no more than its
   *     {@linkplain HeapTraits#alignmentBytes() trait} says; a heap that cannot give it refuses
   */
  record Request(String label, long sizeBytes, long alignmentBytes) {

    /**
     * Checks the numbers.
     *
     * @param label names the allocation in the kernel's debug files where that is possible
     * @param sizeBytes at least 1; the heap rounds it up as it needs
     * @param alignmentBytes what the devices were promised, a power of two: the physical (or bus)
     *     address of the first byte is a multiple of it. The broker asks a heap for no more than
     *     its {@linkplain HeapTraits#alignmentBytes() trait} says; a heap that cannot give it
     *     refuses
     * @throws IllegalArgumentException if the size is less than 1, or the alignment is no power of
     *     two
     */
    public Request {
      Objects.requireNonNull(label, "label");
      if (sizeBytes < 1) {
        throw new IllegalArgumentException("sizeBytes must be at least 1, is " + sizeBytes);
      }
      if (alignmentBytes < 1 || Long.bitCount(alignmentBytes) != 1) {
        throw new IllegalArgumentException(
            "alignmentBytes must be a power of two, is " + alignmentBytes);
      }
    }

    /**
     * Asks for memory of any alignment.
     *
     * @param label names the allocation in the kernel's debug files where that is possible
     * @param sizeBytes at least 1; the heap rounds it up as it needs
     * @throws IllegalArgumentException if the size is less than 1
     */
    public Request(String label, long sizeBytes) {
      this(label, sizeBytes, /* alignmentBytes= */ 1);
    }

    /**
     * Refuses the request where memory is aligned to less than it asks for.
     *
     * @param givenBytes the alignment of all the memory that the heap gives, as far as it is known
     * @throws HeapException if the alignment is not a multiple of what is asked for
     */
    public void requireAlignment(Trait<Long> givenBytes) throws HeapException {
      if (givenBytes.or(1L) % alignmentBytes != 0) {
        throw new HeapException(
            HeapException.Kind.FAILED,
            "cannot align "
                + label
                + " to "
                + alignmentBytes
                + " bytes: memory of the heap is aligned to "
                + givenBytes);
      }
    }
  }

  /**
   * {@return the memory that was given back to the heap but lives on because its descriptors were
   * handed out} The heap looks for it at each call, which may take milliseconds. The answer is
   * never more than there is.
   */
  default Lingering lingering() {
    return Lingering.NONE;
  }

  /**
   * {@return how many bytes the heap could still give, as other programs take some too; empty if
   * the kernel does not tell, or the heap's {@linkplain HeapTraits#capacityBytes() capacity} is not
   * known} What neither is left nor in the broker's buffers of this heap counts as others', so of
   * heaps that share one memory each answers with all that is left of it. May read files, which may
   * take milliseconds. The broker asks only if the application has it {@linkplain
   * dev.dmabroker.BrokerBuilder#watchMemory watch memory}, on a thread of its own, and not under a
   * lock.
   */
  default OptionalLong leftBytes() {
    return OptionalLong.empty();
  }

  /** Gives back what the heap itself holds. A second call does nothing. */
  @Override
  void close();
}
