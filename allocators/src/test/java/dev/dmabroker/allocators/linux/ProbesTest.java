package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.ContiguityProbe.Sighting;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.spi.Trait.Basis;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How what the kernel says is read. */
class ProbesTest {

  private static final String ZONES =
      """
      Node 0, zone      DMA
        per-node stats
            nr_inactive_anon 40347
        pages free     2816
              spanned  4095
              present  3998
              managed  3840
        start_pfn:           1
      Node 0, zone   Normal
        pages free     100
              spanned  1048576
              present  1048576
        start_pfn:           1048576
      Node 0, zone  Movable
        pages free     0
              spanned  9999999
              present  0
      """;

  @Test
  void addressBitsFollowFromTheHighestZone() {
    assertTrue(PhysicalMemory.addressBits(ZONES, 4096).is(33));
    assertTrue(PhysicalMemory.addressBits(ZONES, 65536).is(37));
    assertTrue(PhysicalMemory.addressBits("", 4096).known().isEmpty());
    Trait<Integer> here = PhysicalMemory.addressBits();
    assertEquals(Basis.PROBED, here.basis());
    assertTrue(here.or(0) >= 20 && here.or(65) <= 57, here.toString());
  }

  @Test
  void runsOfPageFramesAreCounted() {
    assertEquals(1, PageMap.runs(new long[] {7, 8, 9}));
    assertEquals(2, PageMap.runs(new long[] {7, 8, 10}));
    assertEquals(3, PageMap.runs(new long[] {9, 8, 7}));
  }

  @Test
  void scatteredMemoryIsScatteredWhateverIsDocumented() {
    Trait<Boolean> trait =
        ContiguityProbe.judge(new Sighting(3, "3 runs"), Optional.of(true), "a promise");
    assertEquals(Trait.probed(false, "3 runs"), trait);
  }

  @Test
  void aLuckySampleProvesNothingAlone() {
    Sighting one = new Sighting(1, "1 run");
    assertEquals(Basis.UNKNOWN, ContiguityProbe.judge(one, Optional.empty(), "").basis());
    Trait<Boolean> agreed = ContiguityProbe.judge(one, Optional.of(true), "a promise");
    assertEquals(Trait.documented(true, "a promise; 1 run"), agreed);
    assertTrue(ContiguityProbe.judge(one, Optional.of(false), "a promise").is(false));
  }

  @Test
  void hiddenFramesLeaveTheDocumentation() {
    Sighting hidden = new Sighting(0, "hidden");
    assertEquals(Basis.UNKNOWN, ContiguityProbe.judge(hidden, Optional.empty(), "").basis());
    assertEquals(Basis.DOCUMENTED, ContiguityProbe.judge(hidden, Optional.of(true), "x").basis());
  }

  @Test
  void plainFrameMappingsAreTold() {
    String smaps =
        """
        7f00000-7f10000 rw-s 00000000 00:0b 7  /dmabuf:
        Size:  64 kB
        VmFlags: rd wr sh mr mw me ms io pf de dd
        7f10000-7f20000 rw-s 00000000 00:0b 7  /dmabuf:
        VmFlags: rd wr sh mr mw me ms
        """;
    assertTrue(PfnMapping.isSet(smaps, 0x7f00000));
    assertFalse(PfnMapping.isSet(smaps, 0x7f10000));
    assertFalse(PfnMapping.isSet(smaps, 0x7f30000));
  }

  @Test
  void theSmallestHugePageInStockIsTaken(@TempDir Path folder) throws Exception {
    assertTrue(HugePages.smallestBytes(folder).isEmpty());
    assertTrue(HugePages.smallestBytes(folder.resolve("none")).isEmpty());
    stock(folder, "hugepages-64kB", "0", "0");
    assertTrue(HugePages.smallestBytes(folder).isEmpty());
    stock(folder, "hugepages-1048576kB", "1", "0");
    stock(folder, "hugepages-2048kB", "0", "5");
    assertEquals(OptionalLong.of(2 << 20), HugePages.smallestBytes(folder));
  }

  @Test
  void largePagesThatNothingAskedForAreTold(@TempDir Path folder) throws Exception {
    assertFalse(HugePages.areGivenUnasked(folder));
    Path all = folder.resolve("shmem_enabled");
    for (String chosen : new String[] {"always", "within_size", "force"}) {
      Files.writeString(all, "advise never deny [" + chosen + "]\n");
      assertTrue(HugePages.areGivenUnasked(folder), chosen);
    }
    Files.writeString(all, "always within_size [advise] never deny force\n");
    assertFalse(HugePages.areGivenUnasked(folder));
    Path size = Files.createDirectory(folder.resolve("hugepages-64kB"));
    Files.writeString(size.resolve("shmem_enabled"), "always [inherit] within_size advise never\n");
    assertFalse(HugePages.areGivenUnasked(folder));
    Files.writeString(size.resolve("shmem_enabled"), "[always] inherit within_size advise never\n");
    assertTrue(HugePages.areGivenUnasked(folder));
  }

  @Test
  void aKernelsVersionIsReadFromItsRelease() {
    assertEquals(new KernelVersion(6, 12), KernelVersion.of("6.12.117-v8+\n"));
    assertEquals(new KernelVersion(7, 3), KernelVersion.of("7.3-rc1"));
    assertEquals(new KernelVersion(0, 0), KernelVersion.of("unknown"));
    assertTrue(new KernelVersion(7, 0).isAtLeast(new KernelVersion(6, 16)));
    assertTrue(new KernelVersion(6, 16).isAtLeast(new KernelVersion(6, 16)));
    assertFalse(new KernelVersion(6, 12).isAtLeast(new KernelVersion(6, 16)));
    assertFalse(new KernelVersion(5, 19).isAtLeast(new KernelVersion(6, 1)));
    assertTrue(KernelVersion.current().isAtLeast(new KernelVersion(4, 0)));
  }

  private static void stock(Path folder, String size, String pages, String overcommit)
      throws Exception {
    Path entry = Files.createDirectory(folder.resolve(size));
    Files.writeString(entry.resolve("nr_hugepages"), pages + "\n");
    Files.writeString(entry.resolve("nr_overcommit_hugepages"), overcommit + "\n");
  }

  @Test
  void labelsAreCutBetweenCharacters() {
    assertArrayEquals(new byte[] {'a', 'b', 0}, Labels.fit("abc", 3));
    assertArrayEquals(new byte[] {'a', 0}, Labels.fit("a\u20ac", 4));
    assertArrayEquals(new byte[] {'a', '?', '?', 0}, Labels.fit("a\n\0", 32));
    assertArrayEquals(new byte[] {0}, Labels.fit("", 32));
    String emoji = new String(Labels.fit("\uD83D\uDE00x", 6), StandardCharsets.UTF_8);
    assertEquals("\uD83D\uDE00x\0", emoji);
  }
}
