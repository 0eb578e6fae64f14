package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.DeviceProbe.Verdict;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker, its heaps and vivid's importers, all of them real. */
@Timeout(120)
class V4l2ProbeLabTest {
  private static final ImageSpec PICTURE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  private static final String TOOK =
      String.format(Locale.ROOT, "VIDIOC_QBUF took %,d bytes", V4l2Probe.leastBytes());

  private Broker broker;

  @BeforeAll
  static void setFormats() {
    Lab.assumeVivid();
    // vivid keeps the format that the last test set, which may be its largest.
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE);
        V4l2Device display = Lab.vivid(1, V4l2Direction.OUTPUT)) {
      camera.setFormat(V4l2Direction.CAPTURE, PICTURE);
      display.setFormat(V4l2Direction.OUTPUT, PICTURE);
    }
  }

  @BeforeEach
  void open() {
    broker = Broker.builder().discoverHeaps().build();
  }

  @AfterEach
  void close() {
    broker.close();
  }

  @Test
  void aCameraTakesWhatCanBeMappedIntoTheKernel() {
    Device camera = register(0, V4l2Direction.CAPTURE);
    assertFinding(camera, DmaHeap.SYSTEM, Verdict.ACCEPTED, TOOK);
    assertFinding(camera, DmaHeap.CMA, Verdict.ACCEPTED, TOOK);
    // udmabuf maps its memory into the kernel since 6.2.
    boolean mapped = Lab.kernelHas("vmap_udmabuf");
    if (mapped) {
      assertFinding(camera, "udmabuf", Verdict.ACCEPTED, TOOK);
    } else {
      assertFinding(camera, "udmabuf", Verdict.REFUSED, "VIDIOC_QBUF on /dev/video");
      assertFinding(camera, "udmabuf", Verdict.REFUSED, "EFAULT, bad address");
    }
    assertFinding(camera, "memfd", Verdict.REFUSED, "EINVAL, invalid argument");
    assertEquals(!mapped, camera.constraints().forbiddenHeaps().contains("udmabuf"));
    assertFalse(camera.constraints().forbiddenHeaps().contains(DmaHeap.SYSTEM));
  }

  @Test
  void aDisplayThatWantsContiguousMemoryTakesNoOther() {
    Device display = register(1, V4l2Direction.OUTPUT);
    assertFinding(display, DmaHeap.SYSTEM, Verdict.REFUSED, "EFAULT, bad address");
    assertFinding(display, DmaHeap.CMA, Verdict.ACCEPTED, TOOK);
    assertFinding(display, "udmabuf", Verdict.REFUSED, "EFAULT, bad address");
    assertFinding(display, "memfd", Verdict.REFUSED, "EINVAL, invalid argument");
  }

  @Test
  void whatWasFoundOutDecidesWhereAPictureLies() {
    Device camera = register(0, V4l2Direction.CAPTURE);
    Device display = register(1, V4l2Direction.OUTPUT);
    List<String> suiting =
        broker.plan(PICTURE, List.of(camera, display)).placements().stream()
            .map(Plan.Candidate::heap)
            .toList();
    assertTrue(suiting.contains(DmaHeap.CMA), suiting.toString()); // A board has more of its kind.
    assertTrue(
        Collections.disjoint(suiting, List.of(DmaHeap.SYSTEM, "udmabuf")), suiting.toString());
    assertTrue(
        broker.plan(PICTURE, List.of(camera)).placements().stream()
            .anyMatch(each -> each.heap().equals(DmaHeap.SYSTEM)));
  }

  @Test
  void nothingIsFoundOutWhileAnotherHasTheBuffers() {
    try (V4l2Device display = Lab.vivid(1, V4l2Direction.OUTPUT);
        V4l2Queue<Integer> queue = display.queue(V4l2Direction.OUTPUT, 1)) {
      assertTrue(queue.count() > 0);
      Device registered = register(1, V4l2Direction.OUTPUT);
      for (Device.Finding finding : registered.findings()) {
        assertEquals(Verdict.UNKNOWN, finding.verdict(), finding.toString());
        assertEquals(Trait.Basis.UNKNOWN, finding.basis(), finding.toString());
        assertTrue(finding.reason().contains("EBUSY"), finding.toString());
      }
      assertFalse(registered.findings().isEmpty());
      assertEquals(List.of(), List.copyOf(registered.constraints().forbiddenHeaps()));
    }
  }

  @Test
  void theNodeIsLeftAsItWas() throws Exception {
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE)) {
      V4l2Format before = camera.format(V4l2Direction.CAPTURE);
      assertTrue(before.shows(PICTURE), before.toString());
      register(0, V4l2Direction.CAPTURE);
      assertEquals(before, camera.format(V4l2Direction.CAPTURE));
      assertEquals(0, buffersOf(V4l2Probe.leastBytes()), "dma-bufs that are still imported");
      assertEquals(List.of(), descriptorsOf(camera.node(), camera.fd()));
      camera.queue(V4l2Direction.CAPTURE, 1).close();
    }
  }

  @Test
  void whetherANodeImportsIsAskedWithoutBuffers() {
    try (V4l2Device camera = Lab.vivid(0, V4l2Direction.CAPTURE);
        V4l2Device again = V4l2Device.open(camera.node())) {
      assertTrue(camera.importsDmaBufs(V4l2Direction.CAPTURE));
      assertFalse(camera.importsDmaBufs(V4l2Direction.OUTPUT));
      assertTrue(again.importsDmaBufs(V4l2Direction.CAPTURE));
    }
  }

  private Device register(int instance, V4l2Direction direction) {
    Path node;
    try (V4l2Device found = Lab.vivid(instance, direction)) {
      node = found.node();
    }
    return broker.register(
        DeviceSpec.builder("vivid-00" + instance + " " + direction)
            .probe(V4l2Probe.of(node, direction))
            .build());
  }

  private static void assertFinding(Device device, String heap, Verdict verdict, String words) {
    Device.Finding finding =
        device.findings().stream().filter(f -> f.heap().equals(heap)).findFirst().orElseThrow();
    assertEquals(verdict, finding.verdict(), finding.toString());
    assertEquals(Trait.Basis.PROBED, finding.basis(), finding.toString());
    assertTrue(finding.reason().contains(words), finding.toString());
  }

  /** The kernel's own list; a line begins with the size in bytes, eight digits. */
  private static long buffersOf(int sizeBytes) throws IOException {
    String start = "%08d".formatted(sizeBytes);
    try (Stream<String> lines = Files.lines(Path.of("/sys/kernel/debug/dma_buf/bufinfo"))) {
      return lines.filter(line -> line.startsWith(start)).count();
    }
  }

  /** Descriptors of a node, but for one that the test holds. */
  private static List<Path> descriptorsOf(Path node, int but) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(fd -> !fd.endsWith(Integer.toString(but)))
          .filter(fd -> isLinkTo(fd, node))
          .toList();
    }
  }

  private static boolean isLinkTo(Path link, Path target) {
    try {
      return Files.readSymbolicLink(link).equals(target);
    } catch (IOException e) {
      return false; // The descriptor that lists the folder is gone by now.
    }
  }
}
