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
 * (userspace-api/dma-buf-heaps.rst).
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

  private static final String DOCUMENT = "the kernel's documentation of dma-buf heaps";

  private DmaHeapNames() {}

  /**
   * The documented properties of a heap.
   *
   * @param contiguous whether every allocation is one physical range
   * @param cached whether the CPU's mappings are cached
   * @param source the document that says so
   */
  record Documented(boolean contiguous, boolean cached, String source) {}

  /** The documented properties of a heap of this name, if there are any. */
  static Optional<Documented> find(String name) {
    boolean cached = !name.endsWith(UNCACHED);
    String base = cached ? name : name.substring(0, name.length() - UNCACHED.length());
    if (base.equals("system")) {
      return Optional.of(
          new Documented(
              false, cached, DOCUMENT + ": '" + name + "' is only virtually contiguous memory"));
    }
    if (CMA.contains(base)) {
      return Optional.of(
          new Documented(
              true, cached, DOCUMENT + ": '" + name + "' is physically contiguous memory of CMA"));
    }
    return Optional.empty();
  }

  /**
   * The heaps to open, out of those that exist, each with its other names. The first that is known
   * to be CMA is also called {@code cma}.
   *
   * <p>With CONFIG_DMABUF_HEAPS_CMA_LEGACY the one default region has a node under its new name and
   * one under its old name. Two heaps of it would count its memory twice, so the old name is only
   * an alias then.
   */
  static SortedMap<String, Set<String>> aliases(Set<String> names) {
    List<String> cma = CMA.stream().filter(names::contains).collect(Collectors.toList());
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
}
