package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.ImageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assumptions;

/** What the tests need of the kernel lab. */
final class Lab {
  /** The HDMI input of a vivid capture node. */
  static final int HDMI_INPUT = 3;

  /** The HDMI output of a vivid output node. */
  static final int HDMI_OUTPUT = 1;

  /** What the connectors show when a test opens a node. */
  static final ImageSize SIZE = ImageSize.of(1280, 720);

  /** In frames a second. */
  static final int RATE = 60;

  private Lab() {}

  static void assumeVivid() {
    assumeTrue(
        Files.exists(Path.of("/dev/video0"))
            && Files.exists(Path.of("/dev/dma_heap", DmaHeap.SYSTEM)),
        "needs /dev/video*; run samples/kernel-lab/test");
  }

  /** Whether the kernel that runs has a function; skips the test where it keeps that for itself. */
  static boolean kernelHas(String function) {
    Path names = Path.of("/proc/kallsyms");
    try (Stream<String> lines = Files.lines(names)) {
      List<String> functions = lines.map(line -> line.split("[ \t]", -1)[2]).toList();
      assumeTrue(!functions.isEmpty(), names + " is empty");
      return functions.contains(function);
    } catch (IOException e) {
      return Assumptions.abort("needs " + names + ": " + e);
    }
  }

  /** The bytes, in whole pages. */
  static int wholePages(int bytes) {
    int page = (int) Pages.size();
    return (bytes + page - 1) / page * page;
  }

  /**
   * A node of vivid's first or second instance, on HDMI, with {@link #SIZE} at {@link #RATE}: the
   * driver keeps the timings of an earlier user, of another program, too.
   */
  static V4l2Device vivid(int instance, V4l2Direction direction) {
    V4l2Device device =
        V4l2Device.find(direction, c -> c.busInfo().equals("platform:vivid-00" + instance))
            .orElseThrow();
    if (direction == V4l2Direction.CAPTURE) {
      device.signal().setInput(HDMI_INPUT);
    } else {
      device.signal().setOutput(HDMI_OUTPUT);
    }
    device.signal().setDvTimings(SIZE.width(), SIZE.height(), RATE);
    return device;
  }

  /** Tells pictures apart. */
  static long checksum(ByteBuffer bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes.slice());
    return sum.getValue();
  }

  static List<DmaHeap.Buffer> allocate(String heapName, int count, int sizeBytes) {
    List<DmaHeap.Buffer> buffers = new ArrayList<>();
    try (DmaHeap heap = new DmaHeap(heapName)) {
      for (int i = 0; i < count; i++) {
        buffers.add(heap.allocate(sizeBytes));
      }
    }
    return buffers;
  }
}
