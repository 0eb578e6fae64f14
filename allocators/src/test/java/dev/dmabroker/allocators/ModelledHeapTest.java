package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Open;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait.Basis;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  void propertiesAreSetOnceAndChecked() {
    assertThrows(IllegalArgumentException.class, () -> ModelledHeap.builder(" "));
    ModelledHeap.Builder builder = ModelledHeap.builder("x").contiguous(false).aliases("y");
    assertThrows(IllegalStateException.class, () -> builder.contiguous(true));
    assertThrows(IllegalStateException.class, () -> builder.aliases("z"));
    assertThrows(IllegalArgumentException.class, () -> builder.addressBits(65));
    assertThrows(IllegalArgumentException.class, () -> builder.capacityBytes(0));
  }

  @Test
  void isFullAtItsCapacityAndUsableAfterARelease() throws Exception {
    long page = Pages.size();
    ModelledHeap heap = ModelledHeap.builder("small").capacityBytes(3 * page).build();
    Backing two = heap.allocate("two", page + 1);
    assertEquals(2 * page, heap.usedBytes());
    assertEquals(Kind.FULL, refusal(heap, 2 * page));
    assertEquals(Kind.TOO_LARGE, refusal(heap, 3 * page + 1));
    Backing one = heap.allocate("one", 1);
    assertEquals(Kind.FULL, refusal(heap, 1));
    two.release();
    two.release();
    assertEquals(page, heap.usedBytes());
    heap.allocate("two again", 2 * page).release();
    one.release();
    assertEquals(0, heap.usedBytes());
  }

  @Test
  void tellsWhatLingers() throws Exception {
    long page = Pages.size();
    ModelledHeap heap = ModelledHeap.builder("kept").build();
    Backing backing = heap.allocate("kept", 2 * page);
    int duplicate = backing.dupFd();
    assertEquals(Lingering.NONE, heap.lingering());
    backing.release();
    assertEquals(0, heap.usedBytes());
    assertEquals(new Lingering(1, 2 * page), heap.lingering());
    OwnProcess.close(duplicate);
    assertEquals(Lingering.NONE, heap.lingering());
  }

  private static Kind refusal(ModelledHeap heap, long bytes) {
    return assertThrows(HeapException.class, () -> heap.allocate("more", bytes)).kind();
  }

  @Test
  void aRefusedAllocationIsNotCounted() {
    ModelledHeap heap = ModelledHeap.builder("open").build();
    assertThrows(HeapException.class, () -> heap.allocate("absurd", 1L << 50));
    assertThrows(HeapException.class, () -> heap.allocate("absurd", Long.MAX_VALUE));
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
        Backing backing = heap.allocate("some", 1);
        below &= heap.usedBytes() <= most;
        backing.release();
      } catch (HeapException e) {
        below &= e.kind() == Kind.FULL;
      }
    }
    return below;
  }

  @Test
  void theDefaultIsAFallbackOfTwoHeaps() {
    HeapProvider provider = Heaps.modelledDefaults();
    assertTrue(provider.fallback());
    assertFalse(Heaps.memfd().fallback());
    List<String> heaps = new ArrayList<>();
    provider
        .discover()
        .forEach(
            finding -> {
              if (finding instanceof Open open) {
                HeapTraits traits = open.heap().traits();
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
    assertEquals(List.of("system false 64 unknown", "cma true 32 268435456"), heaps);
  }
}
