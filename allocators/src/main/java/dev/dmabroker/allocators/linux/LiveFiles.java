package dev.dmabroker.allocators.linux;

import dev.dmabroker.allocators.linux.Leftovers.Leftover;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * Finds out which memory is still there.
 *
 * <p>The kernel may have a list of dma-bufs, by inode, which also shows what other processes and
 * drivers hold: /sys/kernel/dmabuf/buffers (Documentation/ABI/testing/sysfs-kernel-dmabuf-buffers,
 * CONFIG_DMABUF_SYSFS_STATS, readable by all) or bufinfo in debugfs (readable by root). Memfds, and
 * dma-bufs without a list, show only by the descriptors and mappings of this process.
 *
 * @param process /proc/self
 * @param buffers a folder with an entry for each dma-buf, named by its inode
 * @param bufinfo a text with a line for each
 */
record LiveFiles(Path process, Path buffers, Path bufinfo) {

  static final LiveFiles OF_THIS_SYSTEM =
      new LiveFiles(
          Path.of("/proc/self"),
          Path.of("/sys/kernel/dmabuf/buffers"),
          Path.of("/sys/kernel/debug/dma_buf/bufinfo"));

  /** The column of the inode in bufinfo: size, flags, mode, count, exporter's name, inode, name. */
  private static final int BUFINFO_INODE = 5;

  /** Those of the files that can be shown to be there. Never throws. */
  Set<Leftover> among(Set<Leftover> all) {
    Set<Leftover> alive = new HashSet<>();
    Map<FileId, Leftover> unknown = new HashMap<>();
    Optional<LongPredicate> listed =
        all.stream().anyMatch(Leftover::dmaBuf) ? kernelsList() : Optional.empty();
    for (Leftover each : all) {
      if (!each.dmaBuf() || listed.isEmpty()) {
        unknown.put(each.id(), each);
      } else if (listed.get().test(each.id().inode())) {
        alive.add(each);
      }
    }
    find(unknown, this::findOpen, alive);
    find(unknown, this::findMapped, alive);
    return alive;
  }

  private Optional<LongPredicate> kernelsList() {
    if (Files.isDirectory(buffers)) {
      return Optional.of(inode -> Files.exists(buffers.resolve(Long.toString(inode))));
    }
    try (Stream<String> lines = Files.lines(bufinfo)) {
      Set<Long> inodes = new HashSet<>();
      lines.forEach(line -> inode(line).ifPresent(inodes::add));
      return Optional.of(inodes::contains);
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> inode(String bufinfoLine) {
    String[] fields = bufinfoLine.split("\t", -1);
    try {
      return fields.length > BUFINFO_INODE
          ? Optional.of(Long.parseLong(fields[BUFINFO_INODE].strip()))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty(); // This is the line above them, which names the fields.
    }
  }

  private interface Search {
    void visit(Visitor visitor) throws IOException;
  }

  private interface Visitor {
    void see(FileId id);
  }

  private static void find(Map<FileId, Leftover> unknown, Search search, Set<Leftover> alive) {
    if (unknown.isEmpty()) {
      return;
    }
    try {
      search.visit(
          id -> {
            Leftover found = unknown.remove(id);
            if (found != null) {
              alive.add(found);
            }
          });
    } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
      // Without descriptors or /proc the rest cannot be shown, and does not count.
    }
  }

  private void findOpen(Visitor visitor) throws IOException {
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(process.resolve("fd"))) {
      fds.forEach(fd -> FileId.of(fd).ifPresent(visitor::see));
    }
  }

  private void findMapped(Visitor visitor) throws IOException {
    try (Stream<String> lines = Files.lines(process.resolve("maps"))) {
      lines.forEach(line -> FileId.ofMapping(line).ifPresent(visitor::see));
    }
  }
}
