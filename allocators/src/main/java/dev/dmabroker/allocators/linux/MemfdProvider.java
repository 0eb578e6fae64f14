package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds memory that processes can share but devices cannot import: {@code memfd}, and {@code
 * memfd-huge} if the system has huge pages. The latter counts as no faster than the former, so that
 * it is not preferred: a peer can make an access to it fault, see {@link Memfd}.
 */
public final class MemfdProvider extends LinuxHeapProvider {

  private static final String ORDINARY = "memfd";
  private static final String HUGE = "memfd-huge";
  private static final MemoryRoom ROOM = MemoryRoom.of(MemoryRoom.Pool.FILES);

  /** Makes a provider of this machine's memory. */
  public MemfdProvider() {
    super(ORDINARY, HUGE);
  }

  @Override
  public String name() {
    return "memfd";
  }

  /** {@inheritDoc} Memory needs no node, so it does not vanish. */
  @Override
  List<Finding> look(PresentHeaps present) {
    return List.of(
        present.orNew(ORDINARY, MemfdProvider::ordinary), present.orNew(HUGE, MemfdProvider::huge));
  }

  private static Finding ordinary() {
    try {
      return open(ORDINARY, MemfdSource.ordinary(ORDINARY), traits(Pages.size()), ROOM);
    } catch (HeapException e) {
      return new Closed(
          ORDINARY, Closed.Kind.FAILED, "a probe failed: " + e.getMessage(), "use another heap");
    }
  }

  private static Finding huge() {
    OptionalLong pageBytes = HugePages.smallestBytes();
    if (pageBytes.isEmpty()) {
      return new Closed(
          HUGE, Closed.Kind.MISSING, "the system has no huge pages", HugePages.REMEDY);
    }
    try {
      long bytes = pageBytes.getAsLong();
      // The pool of huge pages is a part of the memory, and the figures of the rest say nothing of
      // it.
      return open(
          HUGE,
          MemfdSource.huge(HUGE, bytes),
          traits(bytes).capacityBytes(PhysicalMemory.total()),
          OptionalLong::empty);
    } catch (HeapException e) {
      return new Closed(
          HUGE, HugePages.kind(e), "a probe failed: " + e.getMessage(), HugePages.REMEDY);
    }
  }

  static Open open(String name, MemfdSource source, HeapTraitsBuilder traits, Room room)
      throws HeapException {
    AccessProbe.look(source, traits);
    traits.deviceAccess(
        Trait.documented(false, "a memfd is no dma-buf, so no driver imports it; see udmabuf"));
    return new Open(new LinuxHeap(name, Set.of(), traits.build(), source, Optional.empty(), room));
  }

  /** The traits of memfds with pages of this size. */
  static HeapTraitsBuilder traits(long pageBytes) {
    return HeapTraits.builder()
        .contiguous(Trait.documented(false, "memfd_create(2) promises no more than pages"))
        .addressBits(PhysicalMemory.addressBits())
        .alignmentBytes(Trait.documented(pageBytes, "a memfd consists of whole pages"))
        .granuleBytes(Trait.documented(pageBytes, "a memfd consists of whole pages"))
        .capacityBytes(ROOM.capacity())
        .cached(Trait.documented(true, "it is ordinary memory"));
  }
}
