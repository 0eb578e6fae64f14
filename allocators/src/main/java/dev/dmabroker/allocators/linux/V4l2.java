package dev.dmabroker.allocators.linux;

/** The requests to V4L2 devices about buffers that their drivers allocate, from videodev2.h. */
final class V4l2 {

  /**
   * The size of struct v4l2_capability: driver[16], card[32], bus_info[32]; u32 version, and as
   * below.
   */
  static final int CAPABILITY_BYTES = 104;

  static final int CAPABILITY_ALL = 84;
  static final int CAPABILITY_DEVICE = 88;

  /** The size of struct v4l2_format: u32 type; then, aligned to 8, the format. */
  static final int FORMAT_BYTES = 208;

  /**
   * The offset in struct v4l2_pix_format, or in the first plane of struct v4l2_pix_format_mplane.
   */
  static final int FORMAT_SINGLE_SIZEIMAGE = 28;

  static final int FORMAT_MULTI_SIZEIMAGE = 28;
  static final int FORMAT_MULTI_PLANES = 188;

  /**
   * The size of struct v4l2_requestbuffers: u32 count, type, memory, capabilities; u8 flags,
   * reserved[3].
   */
  static final int REQUESTBUFFERS_BYTES = 20;

  /**
   * The size of struct v4l2_create_buffers: u32 index, count, memory; the format, aligned to 8; and
   * more.
   */
  static final int CREATE_BUFFERS_BYTES = 256;

  static final int CREATE_BUFFERS_FORMAT = 16;

  /** The size of struct v4l2_remove_buffers: u32 index, count, type, reserved[13]. */
  static final int REMOVE_BUFFERS_BYTES = 64;

  /** The size of struct v4l2_buffer, where long and pointers have 64 bits. */
  static final int BUFFER_BYTES = 88;

  static final int BUFFER_FLAGS = 12;
  static final int BUFFER_MEMORY = 60;
  static final int BUFFER_M = 64;
  static final int BUFFER_LENGTH = 72;

  /** The size of struct v4l2_plane. */
  static final int PLANE_BYTES = 64;

  /**
   * The size of struct v4l2_exportbuffer: u32 type, index, plane, flags; s32 fd; u32 reserved[11].
   */
  static final int EXPORTBUFFER_BYTES = 64;

  static final long VIDIOC_QUERYCAP = Ioctl.read('V', 0, CAPABILITY_BYTES);

  /** Asks for the format of a queue. Fails with EINVAL if the queue does not exist. */
  static final long VIDIOC_G_FMT = Ioctl.readWrite('V', 4, FORMAT_BYTES);

  /**
   * Gives the queue a number of buffers, or fewer, or more; with 0, none. Fails with EBUSY if
   * another open file has the queue's buffers, or the queue streams; EINVAL if the memory type is
   * not supported.
   */
  static final long VIDIOC_REQBUFS = Ioctl.readWrite('V', 8, REQUESTBUFFERS_BYTES);

  static final long VIDIOC_QUERYBUF = Ioctl.readWrite('V', 9, BUFFER_BYTES);

  /** Makes a dma-buf of one plane of a buffer. */
  static final long VIDIOC_EXPBUF = Ioctl.readWrite('V', 16, EXPORTBUFFER_BYTES);

  /**
   * Adds buffers. Fails with ENOTTY if the driver cannot, ENOBUFS at the most that a queue may
   * have.
   */
  static final long VIDIOC_CREATE_BUFS = Ioctl.readWrite('V', 92, CREATE_BUFFERS_BYTES);

  /**
   * Takes buffers away, since kernel 6.10. Fails with ENOTTY if the driver cannot, EBUSY if they
   * are in use.
   */
  static final long VIDIOC_REMOVE_BUFS = Ioctl.readWrite('V', 104, REMOVE_BUFFERS_BYTES);

  static final int V4L2_CAP_VIDEO_CAPTURE = 1;
  static final int V4L2_CAP_VIDEO_OUTPUT = 2;
  static final int V4L2_CAP_VIDEO_CAPTURE_MPLANE = 0x1000;
  static final int V4L2_CAP_VIDEO_OUTPUT_MPLANE = 0x2000;
  static final int V4L2_CAP_VIDEO_M2M_MPLANE = 0x4000;
  static final int V4L2_CAP_VIDEO_M2M = 0x8000;
  static final int V4L2_CAP_STREAMING = 0x04000000;
  static final long V4L2_CAP_DEVICE_CAPS = 0x80000000L;

  static final int V4L2_BUF_TYPE_VIDEO_CAPTURE = 1;
  static final int V4L2_BUF_TYPE_VIDEO_OUTPUT = 2;
  static final int V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE = 9;
  static final int V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE = 10;
  static final int V4L2_MEMORY_MMAP = 1;

  /** The buffer is mapped, or a dma-buf of it exists. */
  static final int V4L2_BUF_FLAG_MAPPED = 1;

  private V4l2() {}
}
