package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A heap made of a source, with its name and what is known of it. Thread-safe. */
final class LinuxHeap implements Heap {

  private final String name;
  private final Set<String> aliases;
  private final HeapTraits traits;
  private final Source source;
  private final Optional<NodeId> node;
  private final Room room;
  private volatile boolean closed;

  /** Takes over the source. */
  LinuxHeap(String name, Set<String> aliases, HeapTraits traits, Source source) {
    this(name, aliases, traits, source, Optional.empty());
  }

  /**
   * Takes over the source.
   *
   * @param node the device node that the source was opened from
   */
  LinuxHeap(
      String name, Set<String> aliases, HeapTraits traits, Source source, Optional<NodeId> node) {
    this(name, aliases, traits, source, node, OptionalLong::empty);
  }

  /**
   * Takes over the source.
   *
   * @param node the device node that the source was opened from
   * @param room tells what is left of the heap
   */
  LinuxHeap(
      String name,
      Set<String> aliases,
      HeapTraits traits,
      Source source,
      Optional<NodeId> node,
      Room room) {
    this.room = room;
    this.name = name;
    this.aliases = Set.copyOf(aliases);
    this.traits = traits;
    this.source = source;
    this.node = node;
  }

  /** The device node; empty if there is none, or its identity is not known. */
  Optional<NodeId> node() {
    return node;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<String> aliases() {
    return aliases;
  }

  @Override
  public String type() {
    return source.type();
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    if (closed) {
      throw new HeapException(Kind.FAILED, "heap " + name + " is closed");
    }
    request.requireAlignment(traits.alignmentBytes());
    return source.allocate(request.label(), request.sizeBytes());
  }

  /**
   * {@inheritDoc} If the kernel lists its dma-bufs, all dma-bufs that live on are seen; otherwise
   * those are seen that this process has descriptors or mappings of. Of memfds, those are seen that
   * were duplicated by {@link Backing#dupFd} and that this process still has.
   */
  @Override
  public Lingering lingering() {
    return source.leftovers().look();
  }

  @Override
  public OptionalLong leftBytes() {
    return room.leftBytes();
  }

  /** Whether mappings of this memory show as page frames; see {@link PfnMapping}. */
  boolean mapsPageFrames() {
    try {
      return PfnMapping.of(source);
    } catch (HeapException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    source.close();
  }

  @Override
  public String toString() {
    return "heap " + name;
  }
}
