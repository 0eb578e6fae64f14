package dev.dmabroker.devices;

import dev.dmabroker.Broker;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process holds of devices and their memory at one moment, to compare with later.
 *
 * @param descriptors how many descriptors of nodes, dma-bufs and fences are open
 * @param dmaBufs how many dma-bufs the system has; 0 where the kernel's list cannot be read
 */
record Ledger(long descriptors, long dmaBufs) {
  private static final Path BUFINFO = Path.of("/sys/kernel/debug/dma_buf/bufinfo");
  private static final List<String> KINDS = List.of("/dev/", "/dmabuf", "anon_inode:sync_file");

  static Ledger open() {
    return new Ledger(countDescriptors(), countDmaBufs());
  }

  /** Waits until no more is held than then: the kernel takes some things apart in its own time. */
  void awaitNothingLeft(Duration patience) {
    Await.until(
        "no more than " + this,
        patience,
        () -> {
          Ledger now = open();
          return now.descriptors <= descriptors && now.dmaBufs <= dmaBufs;
        });
  }

  /** How many mappings of a broker's are out. */
  static int mappings(Broker broker) {
    return broker.snapshot().buffers().stream().mapToInt(each -> each.holders().size()).sum();
  }

  private static long countDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(Ledger::target)
          .filter(target -> KINDS.stream().anyMatch(target::startsWith))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // The descriptor that lists the folder is gone by now.
    }
  }

  /** A buffer's line begins with its size in bytes, eight digits. */
  private static long countDmaBufs() {
    if (!Files.isReadable(BUFINFO)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(BUFINFO)) {
      return lines.filter(line -> line.matches("[0-9]{8,}\\s.*")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
