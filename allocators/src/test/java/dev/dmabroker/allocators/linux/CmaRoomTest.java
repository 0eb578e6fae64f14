package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of CMA, by files like the kernel's. */
class CmaRoomTest {
  private static final long MIB = 1 << 20;

  private final Path root;

  CmaRoomTest(@TempDir Path root) {
    this.root = root;
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  private void meminfo(long totalMib, long freeMib) throws IOException {
    file(
        "proc/meminfo",
        "CmaTotal: %8d kB%nCmaFree: %8d kB".formatted(totalMib << 10, freeMib << 10));
  }

  private OptionalLong left(String heap, boolean isDefault) {
    return new CmaRoom(root, heap, isDefault, 64 * MIB).leftBytes();
  }

  @Test
  void withoutFilesNothingIsKnown() {
    assertEquals(OptionalLong.empty(), left("reserved", true));
  }

  @Test
  void availablePagesComeFirst() throws IOException {
    meminfo(64, 1);
    file("sys/kernel/debug/cma/reserved/count", "100");
    file("sys/kernel/debug/cma/reserved/used", "99");
    file("sys/kernel/mm/cma/reserved/available_pages", "7");
    file("sys/kernel/mm/cma/other/available_pages", "9");
    assertEquals(OptionalLong.of(7 * Pages.size()), left("reserved", true));
  }

  @Test
  void theDebugFilesComeNextUnderEitherName() throws IOException {
    meminfo(64, 1);
    file("sys/kernel/mm/cma/reserved/alloc_pages_success", "12"); // An older kernel has no more.
    file("sys/kernel/debug/cma/cma-reserved/count", "100");
    file("sys/kernel/debug/cma/cma-reserved/used", "60");
    assertEquals(OptionalLong.of(40 * Pages.size()), left("reserved", true));
  }

  @Test
  void theDefaultRegionIsTheOnlyOneWhateverItsName() throws IOException {
    file("sys/kernel/mm/cma/reserved/available_pages", "7");
    assertEquals(OptionalLong.of(7 * Pages.size()), left("default_cma_region", true));
    assertEquals(OptionalLong.empty(), left("vision@42000000", false));
    file("sys/kernel/mm/cma/vision@42000000/available_pages", "3");
    assertEquals(OptionalLong.of(3 * Pages.size()), left("vision@42000000", false));
    assertEquals(OptionalLong.empty(), left("default_cma_region", true), "it may be either");
  }

  @Test
  void theFigureOfAllRegionsCountsIfTheHeapHasAllOfThem() throws IOException {
    meminfo(64, 20);
    assertEquals(OptionalLong.of(20 * MIB), left("reserved", true));
    meminfo(96, 20);
    assertEquals(OptionalLong.empty(), left("reserved", true));
  }

  @Test
  void whatIsNoNumberIsNotKnown() throws IOException {
    file("sys/kernel/mm/cma/reserved/available_pages", "many");
    file("sys/kernel/debug/cma/reserved/count", "1");
    file("sys/kernel/debug/cma/reserved/used", "2");
    assertEquals(OptionalLong.empty(), left("reserved", true));
  }
}
