package dev.dmabroker.internal;

import dev.dmabroker.AllocationException;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes in memory that no heap of the broker gave, each once: two buffers over one memory would
 * know nothing of each other's devices. Calls the memory, so it never runs under a lock.
 * Thread-safe.
 */
final class Adoption {
  private final HeapTable heaps;
  private final Collection<BufferLife> buffers;

  /** Memory that is adopted now, by what identifies it, with its buffer's name. */
  private final Map<Object, String> adopted = new ConcurrentHashMap<>();

  Adoption(HeapTable heaps, Collection<BufferLife> buffers) {
    this.heaps = heaps;
    this.buffers = buffers;
  }

  /**
   * The memory as a place, which is the caller's to release.
   *
   * @throws AllocationException if it cannot be had, or is too small
   * @throws DuplicateMemoryException if a buffer has it already
   */
  Place take(String name, Target target, Layout layout, ForeignMemory memory) {
    check(target.spec(), layout);
    Entry entry = new Entry();
    HeapAccount account = new HeapAccount(new AdoptedHeap(memory, entry::leave));
    if (heaps.numberOf(account.name()) >= 0) {
      account.retire();
      throw Exceptions.duplicateName(
          "cannot adopt " + name + ": a heap of the broker is named " + account.name() + ", too");
    }
    Backing backing;
    long sizeBytes;
    try {
      backing = account.allocate(name, layout.sizeBytes());
      sizeBytes = backing.sizeBytes();
    } catch (HeapException e) {
      String reason = String.valueOf(e.getMessage());
      AllocationException failure =
          Exceptions.allocation(
              "cannot adopt "
                  + name
                  + " ("
                  + target.spec()
                  + ", "
                  + layout.sizeBytes()
                  + " bytes) in "
                  + account.name()
                  + ": "
                  + reason,
              List.of(new Allocator.Attempt(account.name(), reason)));
      failure.initCause(e);
      throw failure;
    } finally {
      account.retire(); // It ends with what it gave, or now.
    }
    try {
      backing.identity().ifPresent(identity -> entry.enter(identity, name));
      return new Place(new HeapTable(List.of(account)), target, layout, backing);
    } catch (RuntimeException | Error e) {
      account.release(backing, sizeBytes);
      throw e;
    }
  }

  /** One memory's place among those that are adopted. */
  private final class Entry {
    private volatile Optional<Object> identity = Optional.empty();

    void enter(Object its, String name) {
      String other = adopted.putIfAbsent(its, name);
      if (other == null) {
        identity = Optional.of(its);
        // Memory of a heap, which has been handed out and comes back.
        other =
            buffers.stream()
                .filter(buffer -> buffer.lies(its))
                .map(buffer -> buffer.name)
                .findFirst()
                .orElse(null);
      }
      if (other != null) {
        throw Exceptions.duplicateMemory(
            "cannot adopt "
                + name
                + ": the buffer "
                + other
                + " has that memory ("
                + its
                + ") already; attach devices to that one",
            other);
      }
    }

    void leave() {
      identity.ifPresent(adopted::remove);
    }
  }

  private static void check(BufferSpec spec, Layout layout) {
    boolean fits =
        spec instanceof ImageSpec image
            ? layout.image().isPresent() && fits(image, layout, layout.image().get())
            : layout.image().isEmpty() && fits(spec.layout().planes(), layout);
    if (!fits) {
      throw new IllegalArgumentException(
          "a buffer of " + spec + " cannot lie like this: " + layout);
    }
  }

  private static boolean fits(ImageSpec spec, Layout layout, Layout.Image image) {
    return spec.formats().contains(image.format())
        && image.modifier().supports(image.format())
        && image.codedWidth() >= spec.width()
        && image.codedHeight() >= spec.height()
        && fits(
            ImageSpec.of(spec.width(), spec.height(), image.format()).layout().planes(), layout);
  }

  /** Whether each plane has at least these lines, all of them within the layout's size. */
  private static boolean fits(List<Layout.Plane> least, Layout layout) {
    if (least.size() != layout.planes().size()) {
      return false;
    }
    for (int i = 0; i < least.size(); i++) {
      Layout.Plane plane = layout.planes().get(i);
      if (plane.tileLines() < 1
          || plane.lineBytes() < least.get(i).lineBytes()
          || plane.lines() < least.get(i).lines()
          || plane.strideBytes() < plane.lineBytes()
          || plane.offsetBytes() < 0
          || plane.offsetBytes() > layout.sizeBytes() - plane.lineBytes()
          || plane.lines() - 1
              > (layout.sizeBytes() - plane.offsetBytes() - plane.lineBytes())
                  / plane.strideBytes()) {
        return false;
      }
    }
    return true;
  }
}
