package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the buffers of each V4L2 node, as the heaps {@code videoN-capture} and {@code
 * videoN-output}, in the format that is set now.
 */
public final class V4l2Provider extends LinuxHeapProvider {
  private static final String NAME = "videoN";
  private static final String REMEDY =
      "a kernel with a V4L2 driver, such as CONFIG_VIDEO_VIVID; in a container /dev/videoN has to"
          + " be passed in";

  private final Path folder;

  /** Makes a provider of this machine's nodes. */
  public V4l2Provider() {
    this(Path.of("/dev"));
  }

  V4l2Provider(Path folder) {
    super(NAME);
    this.folder = folder;
  }

  @Override
  public String name() {
    return "v4l2";
  }

  /**
   * {@inheritDoc} A queue that has buffers would answer that it is busy, so it is not opened again.
   */
  @Override
  List<Finding> look(PresentHeaps present) {
    List<Path> nodes = new ArrayList<>();
    try (var found = Files.newDirectoryStream(folder, "video[0-9]*")) {
      found.forEach(nodes::add);
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(
          new Closed(NAME, Closed.Kind.FAILED, folder + " cannot be listed: " + e, REMEDY));
    }
    if (nodes.isEmpty()) {
      return List.of(
          new Closed(NAME, Closed.Kind.MISSING, "there is no " + folder.resolve("video*"), REMEDY));
    }
    // Shorter paths come first: video10 comes after video9.
    nodes.sort(Comparator.comparing((Path p) -> p.toString().length()).thenComparing(p -> p));
    List<Finding> findings = new ArrayList<>();
    nodes.forEach(
        node -> {
          Finding capture = find(present, node, false);
          Finding output = find(present, node, true);
          // Most nodes have only one of the queues: that the other is missing is no finding.
          if (capture instanceof Open || !(output instanceof Open)) {
            findings.add(capture);
          }
          if (output instanceof Open) {
            findings.add(output);
          }
        });
    return findings;
  }

  private static Finding find(PresentHeaps present, Path path, boolean output) {
    String name = path.getFileName() + (output ? "-output" : "-capture");
    return present.orNew(name, path, () -> find(path, output, name));
  }

  private static Finding find(Path path, boolean output, String name) {
    Fd fd;
    try {
      fd = Fd.open(path, LibC.O_RDWR);
    } catch (Fd.OpenFailure e) {
      String match = "SUBSYSTEM==\"video4linux\", KERNEL==\"" + path.getFileName() + "\"";
      return new DeviceNode(path, name, match, REMEDY).closed(e.errno());
    }
    V4l2Node node = V4l2Node.of(fd);
    try {
      V4l2Source source = V4l2Source.of(name, node, output);
      return new Open(new LinuxHeap(name, Set.of(), traits(source), source, NodeId.of(fd)));
    } catch (HeapException e) {
      node.close();
      return new Closed(
          name,
          Closed.Kind.FAILED,
          "a probe failed: " + e.getMessage(),
          "end the program that has the node's buffers, or set a format");
    } catch (RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  /**
   * The traits of a driver's buffers.
   *
   * @throws HeapException if the driver gives none
   */
  public static HeapTraits traits(V4l2Source source) throws HeapException {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .addressBits(PhysicalMemory.addressBits())
            .alignmentBytes(Trait.documented(Pages.size(), "videobuf2 allocates whole pages"))
            .granuleBytes(Trait.documented(Pages.size(), "videobuf2 allocates whole pages"))
            .maxSizeBytes(
                Trait.probed(source.bufferBytes(), "sizeimage of the format (VIDIOC_G_FMT)"))
            .cached(Trait.unknown("the driver does not tell"));
    AccessProbe.look(source, traits);
    return traits
        .contiguous(
            ContiguityProbe.contiguous(source, Optional.empty(), "the driver does not tell"))
        .build();
  }
}
