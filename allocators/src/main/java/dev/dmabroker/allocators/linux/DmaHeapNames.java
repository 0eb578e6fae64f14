package dev.dmabroker.allocators.linux;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Knows what the kernel's documentation says of heaps by their names
 * (userspace-api/dma-buf-heaps.rst), and which of them are regions of the board's device tree. A
 * heap that neither knows gets no property by its name: what cannot be tried stays unknown.
 */
final class DmaHeapNames {

  /** Another name of the CMA heap, which is equal on all kernels. */
  private static final String CMA_ALIAS = "cma";

  /** The name of the default CMA region since kernel 6.17. */
  private static final String DEFAULT_CMA_REGION = "default_cma_region";

  /** Names of the one default CMA region, as kernels and device trees have them. */
  private static final List<String> CMA =
      List.of(DEFAULT_CMA_REGION, "reserved", "linux,cma", "default-pool", CMA_ALIAS);

  private static final String UNCACHED = "-uncached";

  /** What names of memory begin with that the CPU is kept out of, as TEE drivers have it. */
  private static final String PROTECTED = "protected,";

  private static final String DOCUMENT = "the kernel's documentation of dma-buf heaps";

  private final ReservedMemory board;

  DmaHeapNames(ReservedMemory board) {
    this.board = board;
  }

  /**
   * The documented properties of a heap.
   *
   * @param contiguous whether every allocation is one physical range, if that is documented
   * @param cached whether the CPU's mappings are cached
   * @param isProtected whether the CPU is kept out of the memory
   * @param source the document that says so
   */
  record Documented(
      Optional<Boolean> contiguous, boolean cached, boolean isProtected, String source) {}

  /** The documented properties of a heap of this name, if there are any. */
  Optional<Documented> find(String name) {
    boolean cached = !name.endsWith(UNCACHED);
    String base = cached ? name : name.substring(0, name.length() - UNCACHED.length());
    String document = DOCUMENT + ": '" + name + "' is ";
    if (base.equals("system")) {
      return known(false, cached, document + "only virtually contiguous memory");
    }
    if (base.equals("system_cc_shared")) {
      return known(
          false,
          cached,
          document
              + "only virtually contiguous memory, which the host of this virtual machine can"
              + " read");
    }
    if (board.find(base).isPresent()) {
      return known(
          true,
          cached,
          "'"
              + name
              + "' is a reusable region of the device tree, which is contiguous memory of CMA");
    }
    if (CMA.contains(base)) {
      return known(true, cached, document + "physically contiguous memory of CMA");
    }
    return name.startsWith(PROTECTED)
        ? Optional.of(new Documented(Optional.empty(), true, true, document + "kept from the CPU"))
        : Optional.empty();
  }

  private static Optional<Documented> known(boolean contiguous, boolean cached, String source) {
    return Optional.of(new Documented(Optional.of(contiguous), cached, false, source));
  }

  /** The region of the device tree that a heap gives out, if the board has one. */
  Optional<ReservedMemory.Region> region(String name) {
    return name.equals(DEFAULT_CMA_REGION)
        ? board.defaultRegion()
        : board.find(name).or(() -> CMA.contains(name) ? board.defaultRegion() : Optional.empty());
  }

  /**
   * The heaps to open, out of those that exist, each with its other names. The first that is known
   * to be CMA is also called {@code cma}.
   *
   * <p>Kernels from 6.17 on may have a node for the one default region under its new name, and one
   * under its old name. Two heaps of it would count its memory twice, so the old name is only an
   * alias then.
   */
  SortedMap<String, Set<String>> aliases(Set<String> names) {
    List<String> cma = CMA.stream().filter(names::contains).collect(Collectors.toList());
    names.stream().filter(name -> !cma.contains(name) && isDefault(name)).forEach(cma::add);
    cma.removeIf(this::isAnotherRegion);
    boolean oneRegion = names.contains(DEFAULT_CMA_REGION);

    SortedMap<String, Set<String>> heaps = new TreeMap<>();
    for (String name : names) {
      if (!cma.contains(name)) {
        heaps.put(name, Set.of());
      } else if (name.equals(cma.get(0))) {
        Set<String> aliases = new TreeSet<>();
        if (oneRegion) {
          aliases.addAll(cma);
        }
        if (oneRegion || !names.contains(CMA_ALIAS)) {
          aliases.add(CMA_ALIAS);
        }
        aliases.remove(name);
        heaps.put(name, aliases);
      } else if (!oneRegion) {
        heaps.put(name, Set.of());
      }
    }
    return heaps;
  }

  /** Whether a heap is the default region of CMA, whose own name differs with the kernel. */
  boolean isDefaultRegion(String name) {
    return !isAnotherRegion(name) && (CMA.contains(name) || isDefault(name));
  }

  private boolean isDefault(String name) {
    return board.find(name).map(ReservedMemory.Region::isDefault).orElse(false);
  }

  private boolean isAnotherRegion(String name) {
    return board.find(name).map(region -> !region.isDefault()).orElse(false);
  }
}
