package dev.dmabroker.allocators.linux;

/**
 * The part of {@code linux/videodev2.h} that heaps and devices use, for 64-bit Linux: requests,
 * sizes and offsets in bytes. Constants bear the header's names; {@code STRUCT__FIELD} is an
 * offset.
 */
public final class VideoDev2 {
  public static final int V4L2_CAP_VIDEO_CAPTURE = 0x1;
  public static final int V4L2_CAP_VIDEO_OUTPUT = 0x2;
  public static final int V4L2_CAP_VIDEO_CAPTURE_MPLANE = 0x1000;
  public static final int V4L2_CAP_VIDEO_OUTPUT_MPLANE = 0x2000;
  public static final int V4L2_CAP_VIDEO_M2M_MPLANE = 0x4000;
  public static final int V4L2_CAP_VIDEO_M2M = 0x8000;
  public static final int V4L2_CAP_STREAMING = 0x4000000;
  public static final long V4L2_CAP_DEVICE_CAPS = 0x80000000L;
  public static final int V4L2_BUF_TYPE_VIDEO_CAPTURE = 1;
  public static final int V4L2_BUF_TYPE_VIDEO_OUTPUT = 2;
  public static final int V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE = 9;
  public static final int V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE = 10;
  public static final int V4L2_MEMORY_MMAP = 1;
  public static final int V4L2_MEMORY_USERPTR = 2;
  public static final int V4L2_MEMORY_DMABUF = 4;
  public static final int V4L2_FIELD_NONE = 1;
  public static final int V4L2_BUF_FLAG_MAPPED = 0x1; // Also: a dma-buf of the buffer exists.
  public static final int V4L2_BUF_FLAG_ERROR = 0x40;
  public static final int V4L2_BUF_FLAG_LAST = 0x100000;
  public static final int V4L2_ENC_CMD_STOP = 1;
  public static final int V4L2_DEC_CMD_STOP = 1;
  public static final int V4L2_EVENT_SOURCE_CHANGE = 5;
  public static final long V4L2_CTRL_FLAG_NEXT_CTRL = 0x80000000L;
  public static final int V4L2_PIX_FMT_FWHT = 'F' | 'W' << 8 | 'H' << 16 | 'T' << 24;

  /** The most planes that a buffer may have. */
  public static final int VIDEO_MAX_PLANES = 8;

  /** {@code struct v4l2_capability}. */
  public static final int CAPABILITY = 104;

  public static final int CAPABILITY__DRIVER = 0;
  public static final int CAPABILITY__CARD = 16;
  public static final int CAPABILITY__BUS_INFO = 48;
  public static final int CAPABILITY__CAPABILITIES = 84;
  public static final int CAPABILITY__DEVICE_CAPS = 88;

  /**
   * {@code struct v4l2_format}, of whose union {@code v4l2_pix_format} is used and {@code
   * v4l2_pix_format_mplane}, MP, whose first four members lie at the same places.
   */
  public static final int FORMAT = 208;

  public static final int FORMAT__TYPE = 0;
  public static final int FORMAT__WIDTH = 8;
  public static final int FORMAT__HEIGHT = 12;
  public static final int FORMAT__PIXELFORMAT = 16;
  public static final int FORMAT__FIELD = 20;
  public static final int FORMAT__BYTESPERLINE = 24;
  public static final int FORMAT__SIZEIMAGE = 28;
  public static final int FORMAT__MP_PLANES = 28;
  public static final int FORMAT__MP_NUM_PLANES = 188;

  /** {@code struct v4l2_plane_pix_format}. */
  public static final int PLANE_PIX_FORMAT = 20;

  public static final int PLANE_PIX_FORMAT__SIZEIMAGE = 0;
  public static final int PLANE_PIX_FORMAT__BYTESPERLINE = 4;

  /** {@code struct v4l2_requestbuffers}. */
  public static final int REQUESTBUFFERS = 20;

  public static final int REQUESTBUFFERS__COUNT = 0;
  public static final int REQUESTBUFFERS__TYPE = 4;
  public static final int REQUESTBUFFERS__MEMORY = 8;

  /** {@code struct v4l2_create_buffers}. */
  public static final int CREATE_BUFFERS = 256;

  public static final int CREATE_BUFFERS__INDEX = 0;
  public static final int CREATE_BUFFERS__COUNT = 4;
  public static final int CREATE_BUFFERS__MEMORY = 8;
  public static final int CREATE_BUFFERS__FORMAT = 16;

  /** {@code struct v4l2_remove_buffers}, which headers have since kernel 6.10. */
  public static final int REMOVE_BUFFERS = 64;

  public static final int REMOVE_BUFFERS__INDEX = 0;
  public static final int REMOVE_BUFFERS__COUNT = 4;
  public static final int REMOVE_BUFFERS__TYPE = 8;

  /** {@code struct v4l2_exportbuffer}. */
  public static final int EXPORTBUFFER = 64;

  public static final int EXPORTBUFFER__TYPE = 0;
  public static final int EXPORTBUFFER__INDEX = 4;
  public static final int EXPORTBUFFER__FLAGS = 12;
  public static final int EXPORTBUFFER__FD = 16;

  /** {@code struct v4l2_buffer}. */
  public static final int BUFFER = 88;

  public static final int BUFFER__INDEX = 0;
  public static final int BUFFER__TYPE = 4;
  public static final int BUFFER__BYTESUSED = 8;
  public static final int BUFFER__FLAGS = 12;
  public static final int BUFFER__FIELD = 16;
  public static final int BUFFER__TIMESTAMP_SEC = 24;
  public static final int BUFFER__TIMESTAMP_USEC = 32;
  public static final int BUFFER__SEQUENCE = 56;
  public static final int BUFFER__MEMORY = 60;
  public static final int BUFFER__OFFSET = 64;
  public static final int BUFFER__USERPTR = 64;
  public static final int BUFFER__PLANES = 64;
  public static final int BUFFER__FD = 64;
  public static final int BUFFER__LENGTH = 72;

  /** {@code struct v4l2_plane}. */
  public static final int PLANE = 64;

  public static final int PLANE__BYTESUSED = 0;
  public static final int PLANE__LENGTH = 4;
  public static final int PLANE__OFFSET = 8;
  public static final int PLANE__USERPTR = 8;
  public static final int PLANE__FD = 8;

  /** {@code struct v4l2_encoder_cmd}. */
  public static final int ENCODER_CMD = 40;

  /** {@code struct v4l2_decoder_cmd}. */
  public static final int DECODER_CMD = 72;

  /** {@code struct v4l2_event_subscription}. */
  public static final int EVENT_SUBSCRIPTION = 32;

  /** {@code struct v4l2_event}. */
  public static final int EVENT = 136;

  public static final int EVENT__TYPE = 0;

  /** {@code struct v4l2_queryctrl}. */
  public static final int QUERYCTRL = 68;

  public static final int QUERYCTRL__ID = 0;
  public static final int QUERYCTRL__NAME = 8;

  /** {@code struct v4l2_control}. */
  public static final int CONTROL = 8;

  public static final int CONTROL__ID = 0;
  public static final int CONTROL__VALUE = 4;

  /** {@code struct v4l2_streamparm}; capture and output have the frame time at one place. */
  public static final int STREAMPARM = 204;

  public static final int STREAMPARM__TYPE = 0;
  public static final int STREAMPARM__NUMERATOR = 12;
  public static final int STREAMPARM__DENOMINATOR = 16;

  /** {@code struct v4l2_dv_timings}, of whose union {@code v4l2_bt_timings} is used. */
  public static final int DV_TIMINGS = 132;

  public static final int DV_TIMINGS__WIDTH = 4;
  public static final int DV_TIMINGS__HEIGHT = 8;
  public static final int DV_TIMINGS__INTERLACED = 12;
  public static final int DV_TIMINGS__PIXELCLOCK = 20;
  public static final int DV_TIMINGS__HFRONTPORCH = 28;
  public static final int DV_TIMINGS__VFRONTPORCH = 40;
  public static final int DV_TIMINGS__IL_VFRONTPORCH = 52;

  /** {@code struct v4l2_enum_dv_timings}. */
  public static final int ENUM_DV_TIMINGS = 148;

  public static final int ENUM_DV_TIMINGS__INDEX = 0;
  public static final int ENUM_DV_TIMINGS__TIMINGS = 16;

  /** Tells driver, card, bus and abilities. Never fails on a V4L2 node; ENOTTY elsewhere. */
  public static final long VIDIOC_QUERYCAP = Ioctl.read('V', 0, CAPABILITY);

  /** Tells the format. EINVAL: no such direction on the node. */
  public static final long VIDIOC_G_FMT = Ioctl.readWrite('V', 4, FORMAT);

  /** Negotiates a format. EBUSY: there are buffers. EINVAL: no such direction on the node. */
  public static final long VIDIOC_S_FMT = Ioctl.readWrite('V', 5, FORMAT);

  /**
   * Asks for, or with count 0 gives back, buffers. EBUSY: the queue streams, or another open file
   * has its buffers. EINVAL: no such memory.
   */
  public static final long VIDIOC_REQBUFS = Ioctl.readWrite('V', 8, REQUESTBUFFERS);

  /** Tells of a buffer its flags and where it is mapped from. EINVAL: no such index. */
  public static final long VIDIOC_QUERYBUF = Ioctl.readWrite('V', 9, BUFFER);

  /**
   * Gives a buffer to the driver. EFAULT: the importer cannot reach the memory. EINVAL: no such
   * index, already queued, too small, or no dma-buf. ENOMEM: no room for the mapping. EIO: device.
   */
  public static final long VIDIOC_QBUF = Ioctl.readWrite('V', 15, BUFFER);

  /** Makes a dma-buf of one plane of a buffer of the driver's own. EINVAL: no such index. */
  public static final long VIDIOC_EXPBUF = Ioctl.readWrite('V', 16, EXPORTBUFFER);

  /** Takes a buffer back. EAGAIN: none yet. EINVAL: not streaming. EIO: device. EPIPE: the last. */
  public static final long VIDIOC_DQBUF = Ioctl.readWrite('V', 17, BUFFER);

  /** Starts. EINVAL: too few buffers. EPIPE: the pads disagree. ENOLINK: bad pipeline. */
  public static final long VIDIOC_STREAMON = Ioctl.write('V', 18, Integer.BYTES);

  /** Stops, and takes all buffers away from the driver. EINVAL: no such direction. */
  public static final long VIDIOC_STREAMOFF = Ioctl.write('V', 19, Integer.BYTES);

  /** Reads the time a frame takes. ENOTTY: unknown to the driver. */
  public static final long VIDIOC_G_PARM = Ioctl.readWrite('V', 21, STREAMPARM);

  /** Negotiates the time a frame takes. ENOTTY: unknown to the driver. EBUSY: streaming. */
  public static final long VIDIOC_S_PARM = Ioctl.readWrite('V', 22, STREAMPARM);

  /** Sets a control. EINVAL: no such one. ERANGE: the value. EBUSY: not now. */
  public static final long VIDIOC_S_CTRL = Ioctl.readWrite('V', 28, CONTROL);

  /** Describes a control, or with NEXT_CTRL the next one. EINVAL: none. ENOTTY: no controls. */
  public static final long VIDIOC_QUERYCTRL = Ioctl.readWrite('V', 36, QUERYCTRL);

  /** Tells an encoder to finish what it has. EINVAL: no such command. ENOTTY: no encoder. */
  public static final long VIDIOC_ENCODER_CMD = Ioctl.readWrite('V', 77, ENCODER_CMD);

  /** Takes the next event. ENOENT: there is none, and the node does not block. */
  public static final long VIDIOC_DQEVENT = Ioctl.read('V', 89, EVENT);

  /** Asks for events of a type. EINVAL: the node has none such. ENOTTY: no events at all. */
  public static final long VIDIOC_SUBSCRIBE_EVENT = Ioctl.write('V', 90, EVENT_SUBSCRIPTION);

  /** Adds buffers. ENOTTY: the driver cannot. ENOBUFS: the queue has the most that it may have. */
  public static final long VIDIOC_CREATE_BUFS = Ioctl.readWrite('V', 92, CREATE_BUFFERS);

  /** Tells a decoder to finish what it has. EINVAL: no such command. ENOTTY: no decoder. */
  public static final long VIDIOC_DECODER_CMD = Ioctl.readWrite('V', 96, DECODER_CMD);

  /** Selects an input. EINVAL: no such one. EBUSY: streaming. */
  public static final long VIDIOC_S_INPUT = Ioctl.readWrite('V', 39, Integer.BYTES);

  /** Selects an output. EINVAL: no such one. EBUSY: streaming. */
  public static final long VIDIOC_S_OUTPUT = Ioctl.readWrite('V', 47, Integer.BYTES);

  /** Sets digital timings. ENODATA: the input has none. EINVAL: unsupported. EBUSY: in use. */
  public static final long VIDIOC_S_DV_TIMINGS = Ioctl.readWrite('V', 87, DV_TIMINGS);

  /** Lists digital timings. EINVAL: past the last. ENODATA: the input has none. */
  public static final long VIDIOC_ENUM_DV_TIMINGS = Ioctl.readWrite('V', 98, ENUM_DV_TIMINGS);

  /** Takes buffers away, since kernel 6.10. ENOTTY: the driver cannot. EBUSY: they are in use. */
  public static final long VIDIOC_REMOVE_BUFS = Ioctl.readWrite('V', 104, REMOVE_BUFFERS);

  private VideoDev2() {}
}
