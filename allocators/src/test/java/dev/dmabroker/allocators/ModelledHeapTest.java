package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Open;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait.Basis;
import dev.dmabroker.testing.InOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ModelledHeapTest {

  @Test
  void saysWhatItWasTold() {
    ModelledHeap heap =
        ModelledHeap.builder("vram")
            .aliases("video", "fast")
            .capacityBytes(1 << 20)
            .contiguous(true)
            .addressBits(40)
            .cached(false)
            .deviceAccess(false)
            .alignmentBytes(1 << 16)
            .speed(MemorySpeed.FAST)
            .build();
    HeapTraits traits = heap.traits();
    assertEquals("vram", heap.name());
    assertEquals(Set.of("video", "fast"), heap.aliases());
    assertTrue(traits.contiguous().is(true));
    assertTrue(traits.addressBits().is(40));
    assertTrue(traits.capacityBytes().is(1L << 20));
    assertTrue(traits.cached().is(false));
    assertTrue(traits.deviceAccess().is(false));
    assertTrue(traits.speed().is(MemorySpeed.FAST));
    assertTrue(traits.alignmentBytes().is(1L << 16));
    assertTrue(traits.modelled().is(true));
    traits
        .all()
        .forEach(
            (name, trait) ->
                assertEquals(
                    Set.of("deviceLocal", "numaNode").contains(name)
                        ? Basis.UNKNOWN
                        : Basis.DECLARED,
                    trait.basis(),
                    name));
  }

  @Test
  void hasPlainDefaults() {
    HeapTraits traits = ModelledHeap.builder("plain").build().traits();
    assertTrue(traits.contiguous().is(false));
    assertTrue(traits.addressBits().is(64));
    assertTrue(traits.cached().is(true));
    assertTrue(traits.deviceAccess().is(true));
    assertTrue(traits.capacityBytes().known().isEmpty());
  }

  @Test
  void protectedMemoryIsOutOfTheCpusReach() throws Exception {
    ModelledHeap heap = ModelledHeap.builder("secure").secure(true).build();
    assertTrue(heap.traits().secure().is(true));
    assertTrue(heap.traits().cpuReach().is(false));
    assertEquals(Set.of(Coherency.INACCESSIBLE), heap.traits().coherency().value());
    Backing backing = heap.allocate(new Heap.Request("frame", 1));
    assertThrows(HeapException.class, () -> backing.beginCpuAccess(Access.READ));
    assertThrows(HeapException.class, () -> backing.bytes(0, 1));
    assertTrue(backing.fd() >= 0);
    backing.release();
    assertEquals(0, heap.usedBytes());
    assertThrows(
        IllegalStateException.class,
        () -> ModelledHeap.builder("both").secure(true).cpuReach(true).build());
  }

  @Test
  void placementGoesByWhatTheHeapCounts() {
    try (Broker broker =
        Broker.builder()
            .heap(ModelledHeap.builder("plain").build())
            .heap(ModelledHeap.builder("vram").cpuReach(false).build())
            .heap(ModelledHeap.builder("secure").secure(true).build())
            .heap(ModelledHeap.builder("uncached").cached(false).build())
            .heap(ModelledHeap.builder("aligned").alignmentBytes(1 << 20).build())
            .heuristic(new InOrder())
            .build()) {
      assertEquals(
          List.of("secure"),
          placements(broker, memory -> memory.secure().coherency(Coherency.INACCESSIBLE)));
      assertEquals(
          List.of("vram", "secure"),
          placements(broker, memory -> memory.coherency(Coherency.INACCESSIBLE)));
      assertEquals(
          List.of("uncached"), placements(broker, memory -> memory.caching(Caching.UNCACHED)));
      assertEquals(List.of("aligned"), placements(broker, memory -> memory.alignment(1 << 16)));
      assertEquals(
          List.of("plain", "uncached", "aligned"), placements(broker, memory -> memory.cpuReach()));
    }
  }

  private static List<String> placements(
      Broker broker, UnaryOperator<ConstraintsBuilder> constraints) {
    try (Device device =
        broker.register("device", constraints.apply(Constraints.builder()).build())) {
      return broker.plan(BlobSpec.of(1), List.of(device)).placements().stream()
          .map(placement -> placement.heap())
          .toList();
    }
  }

  @Test
  void propertiesAreSetOnceAndChecked() {
    assertThrows(IllegalArgumentException.class, () -> ModelledHeap.builder(" "));
    ModelledHeap.Builder builder = ModelledHeap.builder("x").contiguous(false).aliases("y");
    assertThrows(IllegalStateException.class, () -> builder.contiguous(true));
    assertThrows(IllegalStateException.class, () -> builder.aliases("z"));
    assertThrows(IllegalArgumentException.class, () -> builder.addressBits(65));
    assertThrows(IllegalArgumentException.class, () -> builder.capacityBytes(0));
    assertThrows(IllegalArgumentException.class, () -> builder.alignmentBytes(0));
    assertThrows(IllegalArgumentException.class, () -> builder.alignmentBytes(96));
  }

  @Test
  void isFullAtItsCapacityAndUsableAfterARelease() throws Exception {
    long page = Pages.size();
    ModelledHeap heap = ModelledHeap.builder("small").capacityBytes(3 * page).build();
    Backing two = heap.allocate(new Heap.Request("two", page + 1));
    assertEquals(2 * page, heap.usedBytes());
    assertEquals(Kind.FULL, refusal(heap, 2 * page));
    assertEquals(Kind.TOO_LARGE, refusal(heap, 3 * page + 1));
    Backing one = heap.allocate(new Heap.Request("one", 1));
    assertEquals(Kind.FULL, refusal(heap, 1));
    two.release();
    two.release();
    assertEquals(page, heap.usedBytes());
    heap.allocate(new Heap.Request("two again", 2 * page)).release();
    one.release();
    assertEquals(0, heap.usedBytes());
  }

  @Test
  void tellsWhatLingers() throws Exception {
    long page = Pages.size();
    ModelledHeap heap = ModelledHeap.builder("kept").build();
    Backing backing = heap.allocate(new Heap.Request("kept", 2 * page));
    int duplicate = backing.dupFd();
    assertEquals(Lingering.NONE, heap.lingering());
    backing.release();
    assertEquals(0, heap.usedBytes());
    assertEquals(new Lingering(1, 2 * page), heap.lingering());
    OwnProcess.close(duplicate);
    assertEquals(Lingering.NONE, heap.lingering());
  }

  private static Kind refusal(ModelledHeap heap, long bytes) {
    return assertThrows(HeapException.class, () -> heap.allocate(new Heap.Request("more", bytes)))
        .kind();
  }

  @Test
  void aRefusedAllocationIsNotCounted() {
    ModelledHeap heap = ModelledHeap.builder("open").build();
    assertThrows(HeapException.class, () -> heap.allocate(new Heap.Request("absurd", 1L << 50)));
    assertThrows(
        HeapException.class, () -> heap.allocate(new Heap.Request("absurd", Long.MAX_VALUE)));
    assertEquals(0, heap.usedBytes());
  }

  @Test
  void threadsNeverGetMoreThanTheCapacity() throws Exception {
    long page = Pages.size();
    ModelledHeap heap = ModelledHeap.builder("contended").capacityBytes(3 * page).build();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Callable<Boolean> task = () -> staysBelow(heap, 3 * page);
        results.add(pool.submit(task));
      }
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    } finally {
      pool.shutdown();
    }
    assertEquals(0, heap.usedBytes());
  }

  private static boolean staysBelow(ModelledHeap heap, long most) {
    boolean below = true;
    for (int i = 0; i < 500; i++) {
      try {
        Backing backing = heap.allocate(new Heap.Request("some", 1));
        below &= heap.usedBytes() <= most;
        backing.release();
      } catch (HeapException e) {
        below &= e.kind() == Kind.FULL;
      }
    }
    return below;
  }

  @Test
  void standInsAreAFallbackOfTwoHeapsThatSayTheyAreModelled() {
    HeapProvider provider = Heaps.modelledStandIns();
    assertTrue(provider.fallback());
    assertFalse(Heaps.memfd().fallback());
    List<String> heaps = new ArrayList<>();
    provider
        .discover()
        .forEach(
            finding -> {
              if (finding instanceof Open open) {
                HeapTraits traits = open.heap().traits();
                assertTrue(traits.modelled().is(true));
                heaps.add(
                    open.heap().name()
                        + " "
                        + traits.contiguous()
                        + " "
                        + traits.addressBits()
                        + " "
                        + traits.capacityBytes());
              }
            });
    assertEquals(
        List.of("modelled-system false 64 unknown", "modelled-cma true 32 268435456"), heaps);
  }
}
