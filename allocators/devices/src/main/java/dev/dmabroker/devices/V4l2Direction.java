package dev.dmabroker.devices;

import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.VideoDev2;
import dev.dmabroker.spec.Access;

/** Which way frames go. Names are those of V4L2, as seen from the program. */
public enum V4l2Direction {
  /** The device fills buffers: a camera, the result of a codec. */
  CAPTURE(
      VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE,
      VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
      VideoDev2.V4L2_CAP_VIDEO_CAPTURE | VideoDev2.V4L2_CAP_VIDEO_CAPTURE_MPLANE,
      LibC.POLLIN,
      Access.OVERWRITE),
  /** The device reads buffers: a display, the source of a codec. */
  OUTPUT(
      VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT,
      VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE,
      VideoDev2.V4L2_CAP_VIDEO_OUTPUT | VideoDev2.V4L2_CAP_VIDEO_OUTPUT_MPLANE,
      LibC.POLLOUT,
      Access.READ);

  private final int singlePlanarType;
  private final int multiPlanarType;
  final int capabilities;
  final int pollEvents;
  private final Access access;

  V4l2Direction(
      int singlePlanarType, int multiPlanarType, int capabilities, int pollEvents, Access access) {
    this.singlePlanarType = singlePlanarType;
    this.multiPlanarType = multiPlanarType;
    this.capabilities = capabilities;
    this.pollEvents = pollEvents;
    this.access = access;
  }

  int bufferType(boolean multiPlanar) {
    return multiPlanar ? multiPlanarType : singlePlanarType;
  }

  /** {@return what a buffer is mapped for that goes this way} */
  public Access access() {
    return access;
  }
}
