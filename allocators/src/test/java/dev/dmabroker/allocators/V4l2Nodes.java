package dev.dmabroker.allocators;

import dev.dmabroker.spi.Heap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** V4L2 nodes for tests, set by a foreign program to frames that are large enough. */
final class V4l2Nodes {
  private static final Path ALL = Path.of("/sys/class/video4linux");

  private V4l2Nodes() {}

  /** The heap of a device's node, with frames of 8 MB; skips the test where there is none. */
  static Heap open(String device, V4l2Heap.Queue queue) {
    Path node = require(device);
    setFormat(node, queue, 1920, 1080);
    String name = node.getFileName() + (queue == V4l2Heap.Queue.OUTPUT ? "-output" : "-capture");
    return Machine.open(Heaps.v4l2(), name, node.toString());
  }

  /** The node of a device, by the name that the driver gave it. */
  static Path require(String device) {
    return find(device)
        .orElseGet(
            () ->
                Assumptions.abort("needs the node of " + device + "; run samples/kernel-lab/test"));
  }

  private static Optional<Path> find(String device) {
    if (!Files.isDirectory(ALL)) {
      return Optional.empty();
    }
    try (var nodes = Files.newDirectoryStream(ALL, "video*")) {
      for (Path node : nodes) {
        if (Files.readString(node.resolve("name")).strip().equals(device)) {
          return Optional.of(Path.of("/dev").resolve(node.getFileName()));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void setFormat(Path node, V4l2Heap.Queue queue, int width, int height) {
    String option = queue == V4l2Heap.Queue.OUTPUT ? "--set-fmt-video-out" : "--set-fmt-video";
    List<String> command =
        List.of(
            "v4l2-ctl",
            "-d",
            node.toString(),
            option + "=width=" + width + ",height=" + height + ",pixelformat=XR24");
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + ": " + said);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
