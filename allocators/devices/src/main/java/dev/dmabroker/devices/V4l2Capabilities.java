package dev.dmabroker.devices;

import dev.dmabroker.allocators.linux.VideoDev2;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What VIDIOC_QUERYCAP tells about a node.
 *
 * @param driver the driver, such as "vivid"
 * @param card the product; two of a kind may bear the same name
 * @param busInfo where it is plugged in, which tells two of a kind apart: "platform:vivid-000"
 * @param deviceCaps V4L2_CAP flags of this node, the others of the device left out
 */
public record V4l2Capabilities(String driver, String card, String busInfo, int deviceCaps) {
  private static final int MEMORY_TO_MEMORY =
      VideoDev2.V4L2_CAP_VIDEO_M2M | VideoDev2.V4L2_CAP_VIDEO_M2M_MPLANE;
  private static final int MULTI_PLANAR =
      VideoDev2.V4L2_CAP_VIDEO_CAPTURE_MPLANE
          | VideoDev2.V4L2_CAP_VIDEO_OUTPUT_MPLANE
          | VideoDev2.V4L2_CAP_VIDEO_M2M_MPLANE;

  /**
   * {@return whether the node streams frames this way, be it as a memory-to-memory device}
   *
   * @param direction the way that the frames go
   */
  public boolean streams(V4l2Direction direction) {
    return (deviceCaps & VideoDev2.V4L2_CAP_STREAMING) != 0
        && (deviceCaps & (direction.capabilities | MEMORY_TO_MEMORY)) != 0;
  }

  /**
   * {@return whether the node turns frames into frames: a codec, a scaler} Each opening is one of
   * its own.
   */
  public boolean isMemoryToMemory() {
    return (deviceCaps & MEMORY_TO_MEMORY) != 0;
  }

  /**
   * {@return whether the node wants the multi-planar API, in which a frame may lie in several
   * buffers}
   */
  public boolean isMultiPlanar() {
    return (deviceCaps & MULTI_PLANAR) != 0;
  }

  /**
   * The direction of a node whose frames go one way.
   *
   * @throws V4l2Probe.AmbiguousDirectionException if they go both, or none
   */
  V4l2Direction onlyDirection(Path node) {
    List<V4l2Direction> found =
        Arrays.stream(V4l2Direction.values()).filter(this::streams).toList();
    if (found.size() != 1) {
      throw new V4l2Probe.AmbiguousDirectionException(
          found.isEmpty()
              ? node + " streams no frames; name a node of its device that does"
              : node + " streams frames both ways; give V4l2Probe.of the direction, too");
    }
    return found.get(0);
  }
}
