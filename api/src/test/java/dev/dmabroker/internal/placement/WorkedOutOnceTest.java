package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is the same object wherever it is needed, for it is compared or used often. */
class WorkedOutOnceTest {
  private final HeapTable table = new RandomProblems(1).table(2);

  @Test
  void equalWishesOfDifferentDevices() {
    Alternatives maker = new Alternatives(table);
    Constraints contiguous = Constraints.builder().contiguous().build();
    Constraints reached = Constraints.builder().cpuReach().build();
    Constraints both = Constraints.builder().prefer(3, contiguous).prefer(5, reached).build();
    Constraints one = Constraints.builder().prefer(7, contiguous).build();
    WeightedWish other = maker.make("other", one).wishes().get(0);
    assertEquals(7, other.weight());
    List<WeightedWish> wishes = maker.make("camera", both).wishes();
    assertEquals(2, wishes.size());
    for (WeightedWish each : wishes) {
      if (each.weight() == 3) {
        assertSame(other.wish(), each.wish());
      } else {
        assertNotSame(other.wish(), each.wish());
      }
    }
  }

  /** Buffers come in series. */
  @Test
  void theLastTargetAndWhatADeviceAsksOfIt() {
    Planner planner = new Planner(table, new InOrder());
    Target target = planner.target(BlobSpec.of(100));
    assertSame(target, planner.target(BlobSpec.of(100)));
    Target other = planner.target(BlobSpec.of(101));
    assertEquals(101, other.spec().layout().sizeBytes());
    DeviceDemand its = new DeviceDemand(table, "camera", Constraints.none());
    Demand demand = its.of(target);
    assertSame(demand, its.of(target));
    assertNotSame(demand, its.of(other));
  }
}
