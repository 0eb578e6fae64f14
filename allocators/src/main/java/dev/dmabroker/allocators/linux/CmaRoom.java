package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Tells how much of a region of CMA all programs together have left. It asks what the kernel has,
 * the most exact first:
 *
 * <ol>
 *   <li>{@code /sys/kernel/mm/cma/REGION/available_pages}, the pages that CMA can still give
 *       (Documentation/ABI/testing/sysfs-kernel-mm-cma; CONFIG_CMA_SYSFS)
 *   <li>{@code /sys/kernel/debug/cma/REGION}, {@code cma-REGION} on older kernels: {@code count}
 *       less {@code used}, in pages (admin-guide/mm/cma_debugfs.rst and mm/cma_debug.c; for root,
 *       CONFIG_CMA_DEBUGFS)
 *   <li>{@code CmaFree} of {@code /proc/meminfo} (filesystems/proc.rst), if the heap has all of
 *       {@code CmaTotal}. Movable pages of others that lie in the region are not free there, though
 *       CMA would move them: there may be more left, and never less.
 * </ol>
 *
 * A file that is not there or cannot be read is no error. Immutable.
 */
final class CmaRoom implements Room {
  private static final Path SYSFS = Path.of("sys/kernel/mm/cma");
  private static final Path DEBUGFS = Path.of("sys/kernel/debug/cma");
  private static final Path MEMINFO = Path.of("proc/meminfo");

  private final Path root;
  private final String heap;
  private final boolean isDefault;
  private final long capacityBytes;

  /**
   * Looks for a heap's region.
   *
   * @param root the folder in which {@code proc} and {@code sys} lie
   * @param isDefault whether the heap is the default region, whose name differs with the kernel
   * @param capacityBytes what the heap can give in all
   */
  CmaRoom(Path root, String heap, boolean isDefault, long capacityBytes) {
    this.root = root;
    this.heap = heap;
    this.isDefault = isDefault;
    this.capacityBytes = capacityBytes;
  }

  @Override
  public OptionalLong leftBytes() {
    for (Path region : regions(root.resolve(SYSFS))) {
      OptionalLong pages = number(region.resolve("available_pages"));
      if (pages.isPresent()) {
        return bytes(pages.getAsLong());
      }
    }
    for (Path region : regions(root.resolve(DEBUGFS))) {
      OptionalLong count = number(region.resolve("count"));
      OptionalLong used = number(region.resolve("used"));
      if (count.isPresent() && used.isPresent()) {
        return bytes(count.getAsLong() - used.getAsLong());
      }
    }
    return ofAllRegions();
  }

  private OptionalLong ofAllRegions() {
    MemInfo memory = MemInfo.in(root.resolve(MEMINFO));
    OptionalLong total = memory.bytes("CmaTotal");
    return total.isPresent() && total.getAsLong() == capacityBytes
        ? memory.bytes("CmaFree")
        : OptionalLong.empty();
  }

  /** The folder of the heap's region; none if it is not known which one that is. */
  private List<Path> regions(Path folder) {
    List<Path> all = new ArrayList<>();
    try (var regions = Files.newDirectoryStream(folder)) {
      regions.forEach(all::add);
    } catch (IOException | DirectoryIteratorException | SecurityException e) {
      return List.of(); // The kernel has no such folder, or not for this process.
    }
    List<Path> named = new ArrayList<>(all);
    named.removeIf(
        region -> {
          String name = String.valueOf(region.getFileName());
          return !name.equals(heap) && !name.equals("cma-" + heap);
        });
    return named.isEmpty() && isDefault && all.size() == 1 ? all : named;
  }

  private static OptionalLong bytes(long pages) {
    return pages < 0 ? OptionalLong.empty() : OptionalLong.of(pages * Pages.size());
  }

  private static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
