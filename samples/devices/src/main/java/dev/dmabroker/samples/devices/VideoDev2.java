package dev.dmabroker.samples.devices;

/**
 * The part of {@code linux/videodev2.h} that this package uses, for 64-bit Linux: requests, sizes
 * and offsets in bytes. Constants bear the header's names; {@code STRUCT__FIELD} is an offset.
 */
final class VideoDev2 {
  static final int V4L2_CAP_VIDEO_CAPTURE = 0x1;
  static final int V4L2_CAP_VIDEO_OUTPUT = 0x2;
  static final int V4L2_CAP_VIDEO_M2M = 0x8000;
  static final int V4L2_CAP_STREAMING = 0x4000000;
  static final int V4L2_BUF_TYPE_VIDEO_CAPTURE = 1;
  static final int V4L2_BUF_TYPE_VIDEO_OUTPUT = 2;
  static final int V4L2_MEMORY_DMABUF = 4;
  static final int V4L2_FIELD_NONE = 1;
  static final int V4L2_BUF_FLAG_ERROR = 0x40;

  /** {@code struct v4l2_capability}. */
  static final int CAPABILITY = 104;

  static final int CAPABILITY__DRIVER = 0;
  static final int CAPABILITY__CARD = 16;
  static final int CAPABILITY__BUS_INFO = 48;
  static final int CAPABILITY__DEVICE_CAPS = 88;

  /** {@code struct v4l2_format}, of whose union {@code v4l2_pix_format} is used. */
  static final int FORMAT = 208;

  static final int FORMAT__TYPE = 0;
  static final int FORMAT__WIDTH = 8;
  static final int FORMAT__HEIGHT = 12;
  static final int FORMAT__PIXELFORMAT = 16;
  static final int FORMAT__FIELD = 20;
  static final int FORMAT__BYTESPERLINE = 24;
  static final int FORMAT__SIZEIMAGE = 28;

  /** {@code struct v4l2_requestbuffers}. */
  static final int REQUESTBUFFERS = 20;

  static final int REQUESTBUFFERS__COUNT = 0;
  static final int REQUESTBUFFERS__TYPE = 4;
  static final int REQUESTBUFFERS__MEMORY = 8;

  /** {@code struct v4l2_buffer}. */
  static final int BUFFER = 88;

  static final int BUFFER__INDEX = 0;
  static final int BUFFER__TYPE = 4;
  static final int BUFFER__BYTESUSED = 8;
  static final int BUFFER__FLAGS = 12;
  static final int BUFFER__FIELD = 16;
  static final int BUFFER__TIMESTAMP_SEC = 24;
  static final int BUFFER__TIMESTAMP_USEC = 32;
  static final int BUFFER__SEQUENCE = 56;
  static final int BUFFER__MEMORY = 60;
  static final int BUFFER__FD = 64;
  static final int BUFFER__LENGTH = 72;

  /** {@code struct v4l2_streamparm}; capture and output have the frame time at one place. */
  static final int STREAMPARM = 204;

  static final int STREAMPARM__TYPE = 0;
  static final int STREAMPARM__NUMERATOR = 12;
  static final int STREAMPARM__DENOMINATOR = 16;

  /** {@code struct v4l2_dv_timings}, of whose union {@code v4l2_bt_timings} is used. */
  static final int DV_TIMINGS = 132;

  static final int DV_TIMINGS__WIDTH = 4;
  static final int DV_TIMINGS__HEIGHT = 8;
  static final int DV_TIMINGS__INTERLACED = 12;
  static final int DV_TIMINGS__PIXELCLOCK = 20;
  static final int DV_TIMINGS__HFRONTPORCH = 28;
  static final int DV_TIMINGS__VFRONTPORCH = 40;
  static final int DV_TIMINGS__IL_VFRONTPORCH = 52;

  /** {@code struct v4l2_enum_dv_timings}. */
  static final int ENUM_DV_TIMINGS = 148;

  static final int ENUM_DV_TIMINGS__INDEX = 0;
  static final int ENUM_DV_TIMINGS__TIMINGS = 16;

  /** Tells driver, card, bus and abilities. Never fails on a V4L2 node; ENOTTY elsewhere. */
  static final long VIDIOC_QUERYCAP = ior(0, CAPABILITY);

  /** Tells the format. EINVAL: no such direction on the node. */
  static final long VIDIOC_G_FMT = iowr(4, FORMAT);

  /** Negotiates a format. EBUSY: there are buffers. EINVAL: no such direction on the node. */
  static final long VIDIOC_S_FMT = iowr(5, FORMAT);

  /** Asks for, or with count 0 gives back, buffers. EBUSY: in use. EINVAL: no such memory. */
  static final long VIDIOC_REQBUFS = iowr(8, REQUESTBUFFERS);

  /**
   * Gives a buffer to the driver. EFAULT: the importer cannot reach the memory. EINVAL: no such
   * index, already queued, too small, or no dma-buf. ENOMEM: no room for the mapping. EIO: device.
   */
  static final long VIDIOC_QBUF = iowr(15, BUFFER);

  /** Takes a buffer back. EAGAIN: none yet. EINVAL: not streaming. EIO: device. EPIPE: the last. */
  static final long VIDIOC_DQBUF = iowr(17, BUFFER);

  /** Starts. EINVAL: too few buffers. EPIPE: the pads disagree. ENOLINK: bad pipeline. */
  static final long VIDIOC_STREAMON = iow(18, Integer.BYTES);

  /** Stops, and takes all buffers away from the driver. EINVAL: no such direction. */
  static final long VIDIOC_STREAMOFF = iow(19, Integer.BYTES);

  /** Reads the time a frame takes. ENOTTY: unknown to the driver. */
  static final long VIDIOC_G_PARM = iowr(21, STREAMPARM);

  /** Negotiates the time a frame takes. ENOTTY: unknown to the driver. EBUSY: streaming. */
  static final long VIDIOC_S_PARM = iowr(22, STREAMPARM);

  /** Selects an input. EINVAL: no such one. EBUSY: streaming. */
  static final long VIDIOC_S_INPUT = iowr(39, Integer.BYTES);

  /** Selects an output. EINVAL: no such one. EBUSY: streaming. */
  static final long VIDIOC_S_OUTPUT = iowr(47, Integer.BYTES);

  /** Sets digital timings. ENODATA: the input has none. EINVAL: unsupported. EBUSY: in use. */
  static final long VIDIOC_S_DV_TIMINGS = iowr(87, DV_TIMINGS);

  /** Lists digital timings. EINVAL: past the last. ENODATA: the input has none. */
  static final long VIDIOC_ENUM_DV_TIMINGS = iowr(98, ENUM_DV_TIMINGS);

  private VideoDev2() {}

  // asm-generic/ioctl.h: the direction in the two highest of 32 bits, then 14 bits for the size,
  // 8 for the driver's letter, 8 for the number.

  private static long ior(int number, int size) {
    return request(2, number, size);
  }

  private static long iow(int number, int size) {
    return request(1, number, size);
  }

  private static long iowr(int number, int size) {
    return request(3, number, size);
  }

  private static long request(long direction, int number, int size) {
    return direction << 30 | (long) size << 16 | 'V' << 8 | number;
  }
}
