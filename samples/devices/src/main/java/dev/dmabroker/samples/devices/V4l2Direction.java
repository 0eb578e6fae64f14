package dev.dmabroker.samples.devices;

/** Which way frames go. Names are those of V4L2, as seen from the program. */
public enum V4l2Direction {
  /** The device fills buffers: a camera, the result of a codec. */
  CAPTURE(VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE, VideoDev2.V4L2_CAP_VIDEO_CAPTURE, Libc.POLLIN),
  /** The device reads buffers: a display, the source of a codec. */
  OUTPUT(VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT, VideoDev2.V4L2_CAP_VIDEO_OUTPUT, Libc.POLLOUT);

  final int bufferType;
  final int capability;
  final short pollEvents;

  V4l2Direction(int bufferType, int capability, short pollEvents) {
    this.bufferType = bufferType;
    this.capability = capability;
    this.pollEvents = pollEvents;
  }
}
