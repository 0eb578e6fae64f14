package dev.dmabroker.samples.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process holds of devices and memory: taken before, and compared after, it tells of leaks.
 *
 * @param descriptors open files of {@code /dev} and anonymous ones, by what they are
 * @param dmaBufs how many the kernel knows; 0 where it does not tell
 */
record Books(List<String> descriptors, long dmaBufs) {
  private static final Path BUFINFO = Path.of("/sys/kernel/debug/dma_buf/bufinfo");

  static Books open() {
    return new Books(listDescriptors(), countDmaBufs());
  }

  /** Checks that nothing has been left. */
  void assertBalanced() {
    assertEquals(this, open());
  }

  /** How many mappings of a broker's are out. */
  static int mappings(Broker broker) {
    return broker.snapshot().buffers().stream().mapToInt(buffer -> buffer.holders().size()).sum();
  }

  private static List<String> listDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(Books::target)
          .filter(
              target ->
                  target.startsWith("/dev/")
                      || target.startsWith("/dmabuf")
                      || target.contains("memfd")
                      || target.contains("sync_file"))
          .sorted()
          .toList();
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
