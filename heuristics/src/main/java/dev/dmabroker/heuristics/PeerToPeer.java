package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out memory that lies in a device, unless every other device is known to reach it on this
 * machine. It serves machines with heaps of {@linkplain dev.dmabroker.spi.HeapTraits#deviceLocal()
 * device-local} memory. A device's constraints say that its driver can put out addresses in another
 * device; that does not mean that the chipset between the two passes them on. V4L2 drivers that
 * captured straight into a graphics card's memory, for overlays, froze and corrupted machines with
 * chipsets that did not, disks included, until the kernel kept a list of chipsets ({@code
 * PCIPCI_FAIL} and {@code PCIAGP_FAIL} in include/linux/pci.h and drivers/pci/quirks.c) and the
 * drivers refused overlays there. A probe would not be safe, so the memory is refused unless the
 * table allows it.
 *
 * <p>The inner heuristic sees the heaps that are left. If no heap is left, the broker tries none.
 * Thread-safe if the inner heuristic is.
 */
public final class PeerToPeer implements PlacementHeuristic {
  private final PlacementHeuristic inner;
  private final PeerTable table;

  /**
   * Wraps another heuristic, which then does not get unsafe heaps.
   *
   * @param inner ranks the heaps that are left
   * @param table says which device reaches which
   */
  public PeerToPeer(PlacementHeuristic inner, PeerTable table) {
    this.inner = Objects.requireNonNull(inner, "inner");
    this.table = Objects.requireNonNull(table, "table");
  }

  @Override
  public String name() {
    return "peer-to-peer(" + inner.name() + ")";
  }

  @Override
  public List<Ranked> rank(Request request) {
    List<HeapLoad> kept = new ArrayList<>(request.heaps().size());
    for (HeapLoad heap : request.heaps()) {
      if (allReach(request.users(), heap.traits().deviceLocal().value())) {
        kept.add(heap);
      }
    }
    return inner.rank(
        kept.size() == request.heaps().size()
            ? request
            : new Request(request.spec(), request.users(), kept, request.currentHeap()));
  }

  private boolean allReach(List<User> users, @Nullable String owner) {
    if (owner == null) {
      return true;
    }
    for (User user : users) {
      if (!user.device().equals(owner) && !table.allows(user.device(), owner)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Eviction evict(Crowded crowded) {
    return inner.evict(crowded);
  }
}
