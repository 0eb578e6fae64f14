package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The traits that all heaps of ordinary memory share, because they follow from the machine's
 * memory.
 */
final class PhysicalMemory {

  private static final Path ZONES = Path.of("/proc/zoneinfo");
  private static final Pattern FIELD =
      Pattern.compile("(?m)^\\s+(spanned|present|start_pfn:?)\\s+(\\d+)$");

  private PhysicalMemory() {}

  /** The width of addresses: all memory lies below 2 to the power of this. */
  static Trait<Integer> addressBits() {
    try {
      return addressBits(Files.readString(ZONES), Pages.size());
    } catch (IOException e) {
      return Trait.unknown(ZONES + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * The width of addresses, from text in the form of /proc/zoneinfo: in each zone that has memory,
   * the first page frame and how many it spans. Zones without memory name no first frame.
   */
  static Trait<Integer> addressBits(String zones, long pageSize) {
    long end = 0;
    long spanned = 0;
    long present = 0;
    for (Matcher field = FIELD.matcher(zones); field.find(); ) {
      long value = Long.parseLong(field.group(2));
      switch (field.group(1)) {
        case "spanned" -> spanned = value;
        case "present" -> present = value;
        default -> end = present > 0 ? Math.max(end, value + spanned) : end;
      }
    }
    if (end == 0) {
      return Trait.unknown(ZONES + " names no zone with memory");
    }
    return Trait.probed(
        Long.SIZE - Long.numberOfLeadingZeros(end * pageSize - 1),
        "the machine's memory ends at 0x"
            + Long.toHexString(end * pageSize)
            + " (/proc/zoneinfo); memory that is plugged in later may lie higher");
  }

  /** The most bytes that ordinary memory can give. */
  static Trait<Long> total() {
    return meminfo("MemTotal", "all memory of the machine, which others use as well");
  }

  /** The most bytes that contiguous memory can give. */
  static Trait<Long> cmaTotal() {
    return meminfo("CmaTotal", "all CMA regions together, and movable pages of others lie in them");
  }

  private static Trait<Long> meminfo(String name, String what) {
    var bytes = MemInfo.read().bytes(name);
    return bytes.isPresent()
        ? Trait.probed(bytes.getAsLong(), name + " of /proc/meminfo: " + what)
        : Trait.unknown("/proc/meminfo has no " + name);
  }
}
