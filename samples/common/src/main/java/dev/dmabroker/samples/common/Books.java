package dev.dmabroker.samples.common;

import dev.dmabroker.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process holds of devices and memory, as the kernel tells it: taken before and after, it
 * tells what was left behind.
 *
 * @param descriptors open device nodes, memory and fences, by the kernel's names for them
 * @param dmaBufs how many dma-bufs the kernel lists in debugfs; 0 where that cannot be read
 */
public record Books(List<String> descriptors, long dmaBufs) {
  /** A descriptor of the JVM's own, such as that of /dev/random, is none of these. */
  private static final List<String> KINDS =
      List.of(
          "/dev/video",
          "/dev/dri/",
          "/dev/dma_heap/",
          "/dev/udmabuf",
          "/dmabuf",
          "/memfd",
          "anon_inode:sync_file");

  private static final Path BUFINFO = Path.of("/sys/kernel/debug/dma_buf/bufinfo");

  /**
   * Copies the list.
   *
   * @param descriptors open device nodes, memory and fences, by the kernel's names for them
   * @param dmaBufs how many dma-bufs the kernel lists in debugfs; 0 where that cannot be read
   */
  public Books {
    descriptors = List.copyOf(descriptors);
  }

  /**
   * Takes stock now.
   *
   * @return what this process holds at this moment
   */
  public static Books open() {
    return new Books(listDescriptors(), countDmaBufs());
  }

  /**
   * {@return these books with more descriptors, which may stay}
   *
   * @param names what the kernel calls them, each as often as it may be there
   */
  public Books with(List<String> names) {
    List<String> all = new ArrayList<>(descriptors);
    all.addAll(names);
    return new Books(all, dmaBufs);
  }

  /** {@return how many descriptors and dma-bufs there are now that were not there then} */
  public long left() {
    Books now = open();
    return more(now).size() + Math.max(0, now.dmaBufs - dmaBufs);
  }

  /** {@return the descriptors that there are now and were not there then, by their names} */
  public List<String> more() {
    return more(open());
  }

  private List<String> more(Books now) {
    List<String> more = new ArrayList<>(now.descriptors);
    descriptors.forEach(more::remove);
    return List.copyOf(more);
  }

  /**
   * As {@link #left()}, once it is 0 or the time has passed: some things the kernel takes apart in
   * its own time, such as a fence's file.
   *
   * @param patience how long to wait at most
   * @return what {@link #left()} gave last
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public long leftWithin(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    long left = left();
    while (left > 0 && System.nanoTime() - deadline < 0) {
      Thread.sleep(10);
      left = left();
    }
    return left;
  }

  /**
   * {@return how many mappings of a broker's are out}
   *
   * @param broker the broker to ask
   */
  public static int mappings(Broker broker) {
    return broker.snapshot().buffers().stream().mapToInt(each -> each.holders().size()).sum();
  }

  private static List<String> listDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(Books::target)
          .filter(target -> KINDS.stream().anyMatch(target::startsWith))
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
