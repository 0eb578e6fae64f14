package dev.dmabroker.internal.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.allocation.Residents.Stay;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which buffers have memory of which heap, and which buffer has a certain memory. */
class ResidentsTest {
  private final ScriptedHeap systemHeap = ScriptedHeap.system();
  private final ScriptedHeap cmaHeap = ScriptedHeap.cma();
  private final HeapAccount system = new HeapAccount(systemHeap);
  private final HeapAccount cma = new HeapAccount(cmaHeap);
  private final Residents residents = new Residents();

  /** A buffer that never moves, and lies in all memory that it is asked about. */
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
    public void identify(HeapMemory memory, Consumer<Optional<Object>> told) throws HeapException {
      told.accept(memory.identity());
    }
  }

  private Stay begin(HeapAccount heap, String name) throws HeapException {
    Stay stay = residents.stay(heap, new Named(name));
    stay.begin(heap.allocate(new Heap.Request(name, 4096)));
    return stay;
  }

  private Optional<String> in(Object identity) {
    return residents.in(identity).map(Tenant::name);
  }

  private List<String> names(HeapAccount heap) {
    List<String> names = new ArrayList<>();
    residents.of(heap).forEach(tenant -> names.add(tenant.name()));
    return names;
  }

  @Test
  void onlyBuffersOfTheHeapAreFound() throws HeapException {
    Stay frame = begin(system, "frame");
    Stay unused = begin(cma, "picture");
    unused = begin(system, "sound");
    assertEquals(List.of("frame", "sound"), names(system));
    assertEquals(List.of("picture"), names(cma));
    frame.run();
    assertEquals(List.of("sound"), names(system));
  }

  @Test
  void aBufferWithTwoMemoriesIsFoundOnceAndUntilBothAreGone() throws HeapException {
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
  void aStayThatNeverBeganEndsInVain() throws HeapException {
    Stay unused = begin(system, "frame");
    residents.stay(system, new Named("picture")).run();
    residents.stay(cma, new Named("picture")).run();
    assertEquals(List.of("frame"), names(system));
    assertEquals(List.of(), names(cma));
  }

  @Test
  void aBufferIsFoundByItsMemoryWhileItHasThat() throws HeapException {
    systemHeap.identity("this one", () -> {});
    assertEquals(Optional.empty(), in("this one"));
    Stay frame = begin(system, "frame");
    Stay unused = begin(cma, "picture");
    assertEquals(Optional.of("frame"), in("this one"));
    assertEquals(Optional.empty(), in("another"));
    frame.run();
    assertEquals(Optional.empty(), in("this one"));
  }

  @Test
  void memoryIsAskedOnce() throws HeapException {
    AtomicInteger asked = new AtomicInteger();
    systemHeap.identity("this one", asked::incrementAndGet);
    Stay frame = begin(system, "frame");
    assertEquals(0, asked.get(), "nothing has been adopted");
    assertEquals(Optional.empty(), in("another"));
    assertEquals(Optional.of("frame"), in("this one"));
    assertEquals(1, asked.get());
    Stay unused = begin(system, "picture");
    frame.run();
    assertEquals(Optional.of("picture"), in("this one"));
    assertEquals(2, asked.get());
  }

  /** As of a heap that gives parts of one memory. */
  @Test
  void memoryThatTwoBuffersHaveIsKnownUntilBothAreGone() throws HeapException {
    systemHeap.identity("this one", () -> {});
    cmaHeap.identity("this one", () -> {});
    Stay frame = begin(system, "frame");
    Stay picture = begin(cma, "picture");
    assertTrue(in("this one").isPresent());
    frame.run();
    assertEquals(Optional.of("picture"), in("this one"));
    picture.run();
    assertEquals(Optional.empty(), in("this one"));
  }

  @Test
  void memoryThatDoesNotTellWhatItIsIsAskedAgain() throws HeapException {
    AtomicBoolean broken = new AtomicBoolean(true);
    systemHeap.identity(
        "this one",
        () -> {
          if (broken.get()) {
            throw new HeapException(HeapException.Kind.FAILED, "not now");
          }
        });
    Stay frame = begin(system, "frame");
    assertEquals(Optional.empty(), in("this one"));
    broken.set(false);
    assertEquals(Optional.of("frame"), in("this one"));
    frame.run();
    assertEquals(List.of(), names(system));
  }

  @Test
  void anIdentityThatThrowsEqualsNoOtherAndKeepsNoStay() throws HeapException {
    systemHeap.identity(new Broken(), () -> {});
    Stay frame = begin(system, "frame");
    assertEquals(Optional.empty(), in(new Broken()));
    frame.run();
    assertEquals(List.of(), names(system));
  }

  /** An identity with a bug. */
  private static final class Broken {
    @Override
    public boolean equals(Object other) {
      throw new IllegalStateException("no");
    }

    @Override
    public int hashCode() {
      throw new IllegalStateException("no");
    }
  }
}
