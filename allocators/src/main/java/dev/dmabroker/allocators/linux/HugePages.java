package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells which huge pages the system keeps ready. */
final class HugePages {

  static final String REMEDY =
      "set some aside: sysctl vm.nr_hugepages=64 for the usual size, or hugepages=64 on the"
          + " kernel's command line; CONFIG_HUGETLBFS is needed";

  /** Where the kernel says what large pages it gives without being asked for huge ones. */
  static final Path TRANSPARENT = Path.of("/sys/kernel/mm/transparent_hugepage");

  private static final Path FOLDER = Path.of("/sys/kernel/mm/hugepages");
  private static final Pattern UNASKED = Pattern.compile("\\[(always|within_size|force)]");
  private static final Pattern SIZE = Pattern.compile("hugepages-(\\d+)kB");

  private HugePages() {}

  /** Whether there are huge pages at all, as a probe of them failed. */
  static Closed.Kind kind(HeapException probe) {
    return probe.kind() == HeapException.Kind.FULL ? Closed.Kind.MISSING : Closed.Kind.FAILED;
  }

  /** The smallest size in bytes of huge pages that exist or may be made on demand. */
  static OptionalLong smallestBytes() {
    return smallestBytes(FOLDER);
  }

  static OptionalLong smallestBytes(Path folder) {
    TreeSet<Long> sizes = new TreeSet<>();
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        Matcher size = SIZE.matcher(entry.getFileName().toString());
        if (size.matches()
            && (count(entry, "nr_hugepages") > 0 || count(entry, "nr_overcommit_hugepages") > 0)) {
          sizes.add(Long.parseLong(size.group(1)) << 10);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return OptionalLong.empty();
    }
    return sizes.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sizes.first());
  }

  /**
   * Whether memfds get large pages although nothing asked for them, by the settings in a folder in
   * the form of {@link #TRANSPARENT}: one for all, and since kernel 6.11 one for each size. The
   * choice is in brackets.
   */
  static boolean areGivenUnasked(Path settings) {
    if (isChosenUnasked(settings)) {
      return true;
    }
    try (var sizes = Files.newDirectoryStream(settings, "hugepages-*")) {
      for (Path size : sizes) {
        if (isChosenUnasked(size)) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The kernel has no such pages.
    }
    return false;
  }

  private static boolean isChosenUnasked(Path settings) {
    try {
      return UNASKED.matcher(Files.readString(settings.resolve("shmem_enabled"))).find();
    } catch (IOException e) {
      return false;
    }
  }

  /** The number in a file; 0 if it cannot be read. */
  private static long count(Path folder, String file) {
    try {
      return Long.parseLong(Files.readString(folder.resolve(file)).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
