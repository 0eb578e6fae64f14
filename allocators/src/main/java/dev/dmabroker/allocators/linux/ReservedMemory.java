package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The regions of memory that a board's device tree gives to CMA: those that are reusable and of the
 * kind shared-dma-pool. The kernel makes a heap of each since 6.17, and of the default one before,
 * under the full name of its node (userspace-api/dma-buf-heaps.rst, and the device tree's bindings
 * of reserved-memory).
 */
final class ReservedMemory {

  /** Where the kernel shows the tree. */
  static final Path TREE = Path.of("/sys/firmware/devicetree/base/reserved-memory");

  private static final int CELL_BYTES = 4;

  private final Map<String, Region> regions;

  private ReservedMemory(Map<String, Region> regions) {
    this.regions = regions;
  }

  /**
   * One region.
   *
   * @param start its first address, empty if the kernel places it
   * @param bytes its size, empty if the tree does not tell
   * @param isDefault whether it serves devices that have no region of their own
   */
  record Region(OptionalLong start, OptionalLong bytes, boolean isDefault) {}

  /** Reads the regions in a folder in the form of {@link #TREE}; without one there are none. */
  static ReservedMemory read(Path tree) {
    Map<String, Region> regions = new TreeMap<>();
    try (var nodes = Files.newDirectoryStream(tree, Files::isDirectory)) {
      for (Path node : nodes) {
        if (isOfCma(node)) {
          regions.put(node.getFileName().toString(), region(tree, node));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // There is no device tree, or it sets nothing aside.
    }
    return new ReservedMemory(regions);
  }

  /** The region of this name. */
  Optional<Region> find(String name) {
    return Optional.ofNullable(regions.get(name));
  }

  /** The region for devices that have none of their own. */
  Optional<Region> defaultRegion() {
    return regions.values().stream().filter(Region::isDefault).findFirst();
  }

  private static boolean isOfCma(Path node) throws IOException {
    Path compatible = node.resolve("compatible");
    return Files.exists(node.resolve("reusable"))
        && Files.exists(compatible)
        && Files.readString(compatible, StandardCharsets.ISO_8859_1).contains("shared-dma-pool");
  }

  private static Region region(Path tree, Path node) throws IOException {
    int addressCells = (int) number(tree.resolve("#address-cells")).orElse(2);
    int sizeCells = (int) number(tree.resolve("#size-cells")).orElse(1);
    boolean isDefault = Files.exists(node.resolve("linux,cma-default"));
    Path reg = node.resolve("reg");
    if (!Files.exists(reg)) {
      return new Region(OptionalLong.empty(), number(node.resolve("size")), isDefault);
    }
    ByteBuffer cells = ByteBuffer.wrap(Files.readAllBytes(reg));
    if (cells.remaining() != (addressCells + sizeCells) * CELL_BYTES) {
      return new Region(OptionalLong.empty(), OptionalLong.empty(), isDefault);
    }
    return new Region(number(cells, addressCells), number(cells, sizeCells), isDefault);
  }

  private static OptionalLong number(Path property) throws IOException {
    if (!Files.exists(property)) {
      return OptionalLong.empty();
    }
    ByteBuffer cells = ByteBuffer.wrap(Files.readAllBytes(property));
    return number(cells, cells.remaining() / CELL_BYTES);
  }

  /** The number in the next cells, of which each has 32 bits, the highest first. */
  private static OptionalLong number(ByteBuffer cells, int count) {
    if (count != 1 && count != 2) {
      return OptionalLong.empty();
    }
    long value = count == 2 ? cells.getLong() : Integer.toUnsignedLong(cells.getInt());
    return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
