package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is found out about a real kernel's heaps. Placement stands or falls with it. */
class KernelTraitsTest {

  @BeforeAll
  static void printAll() {
    for (HeapProvider provider : List.of(Heaps.dmaHeaps(), Heaps.udmabuf(), Heaps.memfd())) {
      provider.discover().forEach(KernelTraitsTest::print);
    }
  }

  private static void print(HeapProvider.Finding finding) {
    if (finding instanceof HeapProvider.Open open) {
      System.out.println(open.heap().name() + " " + open.heap().aliases());
      open.heap()
          .traits()
          .all()
          .forEach(
              (name, trait) ->
                  System.out.printf(
                      "  %-15s %-12s %-10s %s%n", name, trait, trait.basis(), trait.source()));
      open.heap().close();
    } else {
      System.out.println(finding);
    }
  }

  @AfterAll
  static void flush() {
    System.out.flush();
  }

  private static HeapTraits traits(HeapProvider provider, String name, String needs) {
    try (Heap heap = Machine.open(provider, name, needs)) {
      return heap.traits();
    }
  }

  @Test
  void theSystemHeapIsScatteredAndReachedByAll() {
    HeapTraits traits = traits(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system");
    assertTrue(traits.contiguous().is(false), traits.contiguous().source());
    reachedByAll(traits);
    assertTrue(traits.capacityBytes().or(0L) > 0);
  }

  @Test
  void theCmaHeapIsContiguousAndReachedByAll() {
    HeapTraits traits = traits(Heaps.dmaHeaps(), "cma", "a CMA node in /dev/dma_heap");
    assertTrue(traits.contiguous().is(true), traits.contiguous().source());
    reachedByAll(traits);
    assertTrue(traits.capacityBytes().or(0L) > 0);
  }

  @Test
  void udmabufIsNotTakenForContiguous() throws IOException {
    HeapTraits traits = traits(Heaps.udmabuf(), "udmabuf", "/dev/udmabuf");
    assertTrue(!traits.contiguous().or(false), traits.contiguous().source());
    reachedByAll(traits);
    // 64 MiB up to 6.12, and hardly any limit in 7.3.
    Path limit = Path.of("/sys/module/udmabuf/parameters/size_limit_mb");
    assertEquals(
        Long.parseLong(Files.readString(limit).strip()) << 20, traits.maxSizeBytes().or(0L));
  }

  @Test
  void aMemfdIsForProcessesAlone() {
    HeapTraits traits = traits(Heaps.memfd(), "memfd", "memfd_create");
    assertEquals(
        Map.of("contiguous", false, "deviceAccess", false, "cpuReach", true, "cached", true),
        Map.of(
            "contiguous", traits.contiguous().or(true),
            "deviceAccess", traits.deviceAccess().or(true),
            "cpuReach", traits.cpuReach().or(false),
            "cached", traits.cached().or(false)));
  }

  private static void reachedByAll(HeapTraits traits) {
    assertTrue(traits.deviceAccess().is(true), traits.deviceAccess().source());
    assertTrue(traits.cpuReach().is(true), traits.cpuReach().source());
    assertTrue(traits.cached().is(true), traits.cached().source());
    assertTrue(traits.addressBits().or(65) <= 57, traits.addressBits().source());
  }
}
