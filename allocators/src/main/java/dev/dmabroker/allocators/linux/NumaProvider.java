package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds ordinary memory at each NUMA node of a machine that has several: {@code memfd-nodeN} and
 * {@code udmabuf-nodeN}.
 */
public final class NumaProvider extends LinuxHeapProvider {
  private static final String MEMFD = "memfd-node";

  private final int[] nodes;

  /** Makes a provider of this machine's nodes. */
  public NumaProvider() {
    this(NumaNodes.withMemory());
  }

  NumaProvider(int[] nodes) {
    super(MEMFD + "N");
    this.nodes = nodes;
  }

  @Override
  public String name() {
    return "numa";
  }

  @Override
  public Set<Path> watchedPaths() {
    return new UdmabufProvider().watchedPaths();
  }

  /** {@inheritDoc} NUMA nodes are those that there were when the provider was made. */
  @Override
  List<Finding> look(PresentHeaps present) {
    if (nodes.length < 2) {
      return List.of(
          new Closed(
              MEMFD + "N",
              Closed.Kind.MISSING,
              "all memory lies at one NUMA node, or the kernel tells of none",
              "use memfd and udmabuf, whose memory is the same; CONFIG_NUMA is needed where there"
                  + " are several"));
    }
    List<Finding> findings = new ArrayList<>();
    UdmabufProvider udmabuf = new UdmabufProvider();
    for (int node : nodes) {
      findings.add(present.orNew(MEMFD + node, () -> memfd(node)));
      findings.add(udmabuf.at(node, present));
    }
    return findings;
  }

  private static Finding memfd(int node) {
    String name = MEMFD + node;
    try {
      return MemfdProvider.open(
          name,
          MemfdSource.ordinary(name).at(node),
          MemfdProvider.traits(Pages.size()).numaNode(NumaNodes.trait(node)),
          MemoryRoom.of(MemoryRoom.Pool.FILES));
    } catch (HeapException e) {
      return new Closed(name, Closed.Kind.FAILED, "a probe failed: " + e.getMessage(), "use memfd");
    }
  }
}
