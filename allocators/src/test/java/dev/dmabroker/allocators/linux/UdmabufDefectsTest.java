package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.spi.HeapProvider.Closed;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UdmabufDefectsTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  private Path settings;

  private static UdmabufDefects of(boolean mapsPageFrames, int major, int minor) {
    return new UdmabufDefects(() -> mapsPageFrames, new KernelVersion(major, minor));
  }

  @BeforeEach
  void memfdsGetLargePages() throws Exception {
    Files.writeString(settings.resolve("shmem_enabled"), "[always] never");
  }

  @Test
  void aDriverThatMapsPagesTakesNoHugeOnes() {
    Closed closed = of(false, 6, 1).ofHugePages("udmabuf-huge").orElseThrow();
    assertTrue(closed.reason().contains("miscounts"), closed.reason());
    assertEquals(Closed.Kind.MISSING, closed.kind());
    assertTrue(of(false, 6, 1).ofOrdinaryPages("udmabuf", settings).isEmpty());
  }

  @Test
  void aDriverThatShowsImportersTheFirstPartOnlyTakesNoLargePages() throws Exception {
    Closed huge = of(true, 6, 12).ofHugePages("udmabuf-huge").orElseThrow();
    assertTrue(huge.reason().contains("kernel 6.12"), huge.reason());
    assertTrue(huge.remedy().contains("6.16"), huge.remedy());
    Closed ordinary = of(true, 6, 12).ofOrdinaryPages("udmabuf", settings).orElseThrow();
    assertEquals(Closed.Kind.FAILED, ordinary.kind());
    assertTrue(ordinary.remedy().contains("shmem_enabled"), ordinary.remedy());
    Files.writeString(settings.resolve("shmem_enabled"), "always [never]");
    assertTrue(of(true, 6, 12).ofOrdinaryPages("udmabuf", settings).isEmpty());
  }

  @Test
  void aSoundDriverTakesAll() {
    assertTrue(of(true, 6, 16).ofHugePages("udmabuf-huge").isEmpty());
    assertTrue(of(true, 7, 3).ofHugePages("udmabuf-huge").isEmpty());
    assertTrue(of(true, 7, 3).ofOrdinaryPages("udmabuf", settings).isEmpty());
  }

  @Test
  void anUnknownVersionCountsAsOld() {
    assertTrue(of(true, 0, 0).ofHugePages("udmabuf-huge").isPresent());
  }

  /**
   * Page frames since 6.11, pages before; the kernel's own list of this process's memory says so.
   */
  @Test
  void howTheDriverMapsIsSeen() throws Exception {
    Path node = Path.of("/dev/udmabuf");
    assumeTrue(Files.exists(node), "needs " + node + "; run samples/kernel-lab/test");
    try (UdmabufSource source =
        new UdmabufSource(
            "udmabuf",
            Fd.open(node, LibC.O_RDWR),
            MemfdSource.ordinary("udmabuf"),
            Long.MAX_VALUE)) {
      LinuxBacking mapped = source.allocate("mapped", 1);
      long address = mapped.range().address();
      boolean told = PfnMapping.isSet(Files.readString(Path.of("/proc/self/smaps")), address);
      System.out.println("udmabuf maps page frames: " + told);
      assertEquals(told, PfnMapping.of(source));
      mapped.release();
    }
  }
}
