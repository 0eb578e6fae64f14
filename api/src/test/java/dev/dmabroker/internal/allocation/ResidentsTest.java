package dev.dmabroker.internal.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.internal.allocation.Residents.Stay;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which buffers have memory of which heap. */
class ResidentsTest {
  private final HeapAccount system = new HeapAccount(ScriptedHeap.system());
  private final HeapAccount cma = new HeapAccount(ScriptedHeap.cma());
  private final Residents residents = new Residents();

  /** A buffer that never moves. */
  private record Named(String name) implements Tenant {
    @Override
    public Optional<Resident> resident(HeapAccount heap) {
      return Optional.empty();
    }

    @Override
    public Optional<Leaver> leaver(HeapAccount heap) {
      return Optional.empty();
    }

    @Override
    public boolean moveOut(Departure departure) {
      return false;
    }

    @Override
    public boolean lies(Object identity) {
      return false;
    }
  }

  private Stay begin(HeapAccount heap, String name) {
    Stay stay = residents.stay(heap, new Named(name));
    stay.begin();
    return stay;
  }

  private List<String> names(HeapAccount heap) {
    List<String> names = new ArrayList<>();
    residents.of(heap).forEach(tenant -> names.add(tenant.name()));
    return names;
  }

  @Test
  void onlyBuffersOfTheHeapAreFound() {
    Stay frame = begin(system, "frame");
    Stay unused = begin(cma, "picture");
    unused = begin(system, "sound");
    assertEquals(List.of("frame", "sound"), names(system));
    assertEquals(List.of("picture"), names(cma));
    frame.run();
    assertEquals(List.of("sound"), names(system));
  }

  @Test
  void aBufferWithTwoMemoriesIsFoundOnceAndUntilBothAreGone() {
    Stay first = begin(system, "frame");
    Stay second = begin(system, "frame");
    assertEquals(List.of("frame"), names(system));
    first.run();
    first.run();
    assertEquals(List.of("frame"), names(system));
    second.run();
    assertEquals(List.of(), names(system));
  }

  @Test
  void aStayThatNeverBeganEndsInVain() {
    Stay unused = begin(system, "frame");
    residents.stay(system, new Named("picture")).run();
    residents.stay(cma, new Named("picture")).run();
    assertEquals(List.of("frame"), names(system));
    assertEquals(List.of(), names(cma));
  }
}
