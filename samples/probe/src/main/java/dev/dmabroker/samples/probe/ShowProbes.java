package dev.dmabroker.samples.probe;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.V4l2Capabilities;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Probe;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Registers the cameras and displays of V4L2 that import dma-bufs without declaring anything of
 * them, and prints what the broker finds out and where it would therefore place a picture.
 */
public final class ShowProbes {
  private static final ImageSpec PICTURE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  private ShowProbes() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    List<String> leftOut = new ArrayList<>();
    List<Node> nodes = nodes(leftOut);
    if (nodes.isEmpty()) {
      System.out.printf(
          "no V4L2 camera or display here imports dma-bufs%s; samples/run --kernel probe asks those"
              + " of the kernel lab%n",
          leftOut.isEmpty() ? "" : " (" + String.join("; ", leftOut) + ")");
      return;
    }
    try (Broker broker = Broker.builder().discoverHeaps().build()) {
      List<Device> devices = nodes.stream().map(node -> register(broker, node)).toList();
      printFindings(devices);
      leftOut.forEach(each -> System.out.println("not asked: " + each));
      System.out.println();
      System.out.print(broker.plan(PICTURE, sharing(devices)));
    }
  }

  /** A direction of a node that is worth asking. */
  private record Node(String name, Path path, V4l2Direction direction) {}

  private static List<Node> nodes(List<String> leftOut) {
    List<Node> nodes = new ArrayList<>();
    for (Path path : V4l2Device.nodes()) {
      try (V4l2Device device = V4l2Device.open(path)) {
        V4l2Capabilities is = device.capabilities();
        if (is.isMemoryToMemory()) {
          leftOut.add(path + " (" + is.driver() + "): converts from memory to memory");
          continue;
        }
        for (V4l2Direction direction : V4l2Direction.values()) {
          if (is.streams(direction) && device.importsDmaBufs(direction)) {
            nodes.add(new Node(name(path, is, direction), path, direction));
          }
        }
      } catch (DeviceException e) {
        leftOut.add(String.valueOf(e.getMessage()));
      }
    }
    return nodes;
  }

  /** The bus tells two of a kind apart: "vivid-000 capture (video7)". */
  private static String name(Path path, V4l2Capabilities is, V4l2Direction direction) {
    return "%s %s (%s)"
        .formatted(
            is.busInfo().substring(is.busInfo().indexOf(':') + 1),
            direction.name().toLowerCase(Locale.ROOT),
            path.getFileName());
  }

  private static Device register(Broker broker, Node node) {
    return broker.register(
        DeviceSpec.builder(node.name())
            .access(node.direction() == V4l2Direction.CAPTURE ? Access.OVERWRITE : Access.READ)
            .probe(V4l2Probe.of(node.path(), node.direction()))
            .build());
  }

  /**
   * The lab's pair that differs most, a camera of any memory and a display of contiguous, or all.
   */
  private static List<Device> sharing(List<Device> devices) {
    List<Device> pair =
        devices.stream()
            .filter(
                device ->
                    device.name().startsWith("vivid-000 capture")
                        || device.name().startsWith("vivid-001 output"))
            .toList();
    return pair.size() == 2 ? pair : devices;
  }

  private static void printFindings(List<Device> devices) {
    int deviceWidth = width(devices.stream().map(Device::name), "device");
    int heapWidth =
        width(
            devices.stream().flatMap(each -> each.findings().stream()).map(Device.Finding::heap),
            "heap");
    String row = "%-" + deviceWidth + "s  %-" + heapWidth + "s  %-8s  %-9s  %s%n";
    System.out.printf(row, "device", "heap", "verdict", "how known", "reason");
    for (Device device : devices) {
      for (Device.Finding finding : device.findings()) {
        System.out.printf(
            row,
            device.name(),
            finding.heap(),
            finding.verdict().name().toLowerCase(Locale.ROOT),
            finding.basis().name().toLowerCase(Locale.ROOT),
            finding.reason());
      }
    }
  }

  private static int width(Stream<String> texts, String title) {
    return Math.max(title.length(), texts.mapToInt(String::length).max().orElse(0));
  }
}
