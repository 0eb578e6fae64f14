package dev.dmabroker.allocators.linux;

/**
 * The part of {@code drm/drm.h} and {@code drm/drm_mode.h} that heaps and devices use: requests,
 * sizes and offsets in bytes, which are the same on every architecture, as every pointer is 64 bits
 * wide. Constants bear the headers' names; {@code STRUCT__FIELD} is an offset.
 */
public final class DrmMode {
  public static final int DRM_CLOEXEC = LibC.O_CLOEXEC;
  public static final int DRM_RDWR = LibC.O_RDWR;
  public static final long DRM_CAP_DUMB_BUFFER = 1;
  public static final long DRM_CAP_PRIME = 5;
  public static final long DRM_PRIME_CAP_EXPORT = 2;
  public static final int DRM_CLIENT_CAP_ATOMIC = 3;
  public static final int DRM_MODE_ATOMIC_NONBLOCK = 0x200;
  public static final int DRM_MODE_OBJECT_CRTC = 0xcccccccc;
  public static final int DRM_MODE_OBJECT_PLANE = 0xeeeeeeee;

  /** {@code struct drm_version}. */
  public static final int VERSION = 64;

  public static final int VERSION__NAME_LEN = 16;
  public static final int VERSION__NAME = 24;

  /** {@code struct drm_get_cap}. */
  public static final int GET_CAP = 16;

  public static final int GET_CAP__CAPABILITY = 0;
  public static final int GET_CAP__VALUE = 8;

  /** {@code struct drm_set_client_cap}. */
  public static final int SET_CLIENT_CAP = 16;

  public static final int SET_CLIENT_CAP__CAPABILITY = 0;
  public static final int SET_CLIENT_CAP__VALUE = 8;

  /** {@code struct drm_gem_close}. */
  public static final int GEM_CLOSE = 8;

  public static final int GEM_CLOSE__HANDLE = 0;

  /** {@code struct drm_prime_handle}. */
  public static final int PRIME_HANDLE = 12;

  public static final int PRIME_HANDLE__HANDLE = 0;
  public static final int PRIME_HANDLE__FLAGS = 4;
  public static final int PRIME_HANDLE__FD = 8;

  /** {@code struct drm_mode_create_dumb}. */
  public static final int MODE_CREATE_DUMB = 32;

  public static final int MODE_CREATE_DUMB__HEIGHT = 0;
  public static final int MODE_CREATE_DUMB__WIDTH = 4;
  public static final int MODE_CREATE_DUMB__BPP = 8;
  public static final int MODE_CREATE_DUMB__HANDLE = 16;
  public static final int MODE_CREATE_DUMB__PITCH = 20;
  public static final int MODE_CREATE_DUMB__SIZE = 24;

  /** {@code struct drm_mode_map_dumb}. */
  public static final int MODE_MAP_DUMB = 16;

  public static final int MODE_MAP_DUMB__HANDLE = 0;
  public static final int MODE_MAP_DUMB__OFFSET = 8;

  /** {@code struct drm_mode_destroy_dumb}. */
  public static final int MODE_DESTROY_DUMB = 4;

  public static final int MODE_DESTROY_DUMB__HANDLE = 0;

  /** {@code struct drm_mode_card_res}. */
  public static final int MODE_CARD_RES = 64;

  public static final int MODE_CARD_RES__CRTC_ID_PTR = 8;
  public static final int MODE_CARD_RES__CONNECTOR_ID_PTR = 16;
  public static final int MODE_CARD_RES__COUNT_FBS = 32;
  public static final int MODE_CARD_RES__COUNT_CRTCS = 36;
  public static final int MODE_CARD_RES__COUNT_CONNECTORS = 40;
  public static final int MODE_CARD_RES__COUNT_ENCODERS = 44;

  /** {@code struct drm_mode_modeinfo}. */
  public static final int MODE_MODEINFO = 68;

  public static final int MODE_MODEINFO__HDISPLAY = 4;
  public static final int MODE_MODEINFO__VDISPLAY = 14;
  public static final int MODE_MODEINFO__VREFRESH = 24;

  /** {@code struct drm_mode_get_connector}. */
  public static final int MODE_GET_CONNECTOR = 80;

  public static final int MODE_GET_CONNECTOR__ENCODERS_PTR = 0;
  public static final int MODE_GET_CONNECTOR__MODES_PTR = 8;
  public static final int MODE_GET_CONNECTOR__COUNT_MODES = 32;
  public static final int MODE_GET_CONNECTOR__COUNT_PROPS = 36;
  public static final int MODE_GET_CONNECTOR__COUNT_ENCODERS = 40;
  public static final int MODE_GET_CONNECTOR__CONNECTOR_ID = 48;
  public static final int MODE_GET_CONNECTOR__CONNECTION = 60;

  /** {@code struct drm_mode_get_encoder}. */
  public static final int MODE_GET_ENCODER = 20;

  public static final int MODE_GET_ENCODER__ENCODER_ID = 0;
  public static final int MODE_GET_ENCODER__POSSIBLE_CRTCS = 12;

  /** {@code struct drm_mode_crtc}. */
  public static final int MODE_CRTC = 104;

  public static final int MODE_CRTC__SET_CONNECTORS_PTR = 0;
  public static final int MODE_CRTC__COUNT_CONNECTORS = 8;
  public static final int MODE_CRTC__CRTC_ID = 12;
  public static final int MODE_CRTC__FB_ID = 16;
  public static final int MODE_CRTC__MODE_VALID = 32;
  public static final int MODE_CRTC__MODE = 36;

  /** {@code struct drm_mode_get_plane_res}. */
  public static final int MODE_GET_PLANE_RES = 16;

  public static final int MODE_GET_PLANE_RES__PLANE_ID_PTR = 0;
  public static final int MODE_GET_PLANE_RES__COUNT_PLANES = 8;

  /** {@code struct drm_mode_get_plane}. */
  public static final int MODE_GET_PLANE = 32;

  public static final int MODE_GET_PLANE__PLANE_ID = 0;
  public static final int MODE_GET_PLANE__POSSIBLE_CRTCS = 12;
  public static final int MODE_GET_PLANE__COUNT_FORMAT_TYPES = 20;
  public static final int MODE_GET_PLANE__FORMAT_TYPE_PTR = 24;

  /** {@code struct drm_mode_obj_get_properties}. */
  public static final int MODE_OBJ_GET_PROPERTIES = 32;

  public static final int MODE_OBJ_GET_PROPERTIES__PROPS_PTR = 0;
  public static final int MODE_OBJ_GET_PROPERTIES__PROP_VALUES_PTR = 8;
  public static final int MODE_OBJ_GET_PROPERTIES__COUNT_PROPS = 16;
  public static final int MODE_OBJ_GET_PROPERTIES__OBJ_ID = 20;
  public static final int MODE_OBJ_GET_PROPERTIES__OBJ_TYPE = 24;

  /** {@code struct drm_mode_get_property}. */
  public static final int MODE_GET_PROPERTY = 64;

  public static final int MODE_GET_PROPERTY__PROP_ID = 16;
  public static final int MODE_GET_PROPERTY__NAME = 24;

  /** {@code struct drm_mode_fb_cmd2}. */
  public static final int MODE_FB_CMD2 = 104;

  public static final int MODE_FB_CMD2__FB_ID = 0;
  public static final int MODE_FB_CMD2__WIDTH = 4;
  public static final int MODE_FB_CMD2__HEIGHT = 8;
  public static final int MODE_FB_CMD2__PIXEL_FORMAT = 12;
  public static final int MODE_FB_CMD2__HANDLES = 20;
  public static final int MODE_FB_CMD2__PITCHES = 36;
  public static final int MODE_FB_CMD2__OFFSETS = 52;

  /** {@code struct drm_mode_atomic}. */
  public static final int MODE_ATOMIC = 56;

  public static final int MODE_ATOMIC__FLAGS = 0;
  public static final int MODE_ATOMIC__COUNT_OBJS = 4;
  public static final int MODE_ATOMIC__OBJS_PTR = 8;
  public static final int MODE_ATOMIC__COUNT_PROPS_PTR = 16;
  public static final int MODE_ATOMIC__PROPS_PTR = 24;
  public static final int MODE_ATOMIC__PROP_VALUES_PTR = 32;

  /** Tells the driver's name and version. ENOTTY: no DRM node. */
  public static final long DRM_IOCTL_VERSION = iowr(0x00, VERSION);

  /**
   * Asks for a capability. EINVAL: the kernel does not know it. EOPNOTSUPP: one of displays, where
   * the driver has none.
   */
  public static final long DRM_IOCTL_GET_CAP = iowr(0x0c, GET_CAP);

  /**
   * Gives up being the master. The process that opens a card first is its master, which a display
   * server needs to be.
   */
  public static final long DRM_IOCTL_DROP_MASTER = Ioctl.number(0, 'd', 0x1f, 0);

  /** Drops a handle, however often it was given out. EINVAL: no such handle. */
  public static final long DRM_IOCTL_GEM_CLOSE = Ioctl.write('d', 0x09, GEM_CLOSE);

  /** Says what the program can do. EOPNOTSUPP, EINVAL: not this driver. */
  public static final long DRM_IOCTL_SET_CLIENT_CAP = Ioctl.write('d', 0x0d, SET_CLIENT_CAP);

  /** Makes a dma-buf of a handle. ENOSYS: the driver exports nothing. EMFILE, ENFILE, ENOMEM. */
  public static final long DRM_IOCTL_PRIME_HANDLE_TO_FD = iowr(0x2d, PRIME_HANDLE);

  /**
   * Imports a dma-buf; the same one gets the same handle, which is not counted. EBADF: no
   * descriptor. EINVAL: no dma-buf. EOPNOTSUPP, ENOSYS: no import. Others: the exporter's refusal.
   */
  public static final long DRM_IOCTL_PRIME_FD_TO_HANDLE = iowr(0x2e, PRIME_HANDLE);

  /** Lists CRTCs and connectors. EOPNOTSUPP: the node has no displays. */
  public static final long DRM_IOCTL_MODE_GETRESOURCES = iowr(0xa0, MODE_CARD_RES);

  /** Sets mode and frame, and waits; without a frame switches off. EACCES: not the DRM master. */
  public static final long DRM_IOCTL_MODE_SETCRTC = iowr(0xa2, MODE_CRTC);

  /** Describes an encoder. ENOENT: none such. */
  public static final long DRM_IOCTL_MODE_GETENCODER = iowr(0xa6, MODE_GET_ENCODER);

  /** Describes a connector; with no room for modes probes it. ENOENT: none such. */
  public static final long DRM_IOCTL_MODE_GETCONNECTOR = iowr(0xa7, MODE_GET_CONNECTOR);

  /** Describes a property. ENOENT: none such. */
  public static final long DRM_IOCTL_MODE_GETPROPERTY = iowr(0xaa, MODE_GET_PROPERTY);

  /** Removes a framebuffer, and switches off what still shows it. ENOENT: none such. */
  public static final long DRM_IOCTL_MODE_RMFB = iowr(0xaf, Integer.BYTES);

  /**
   * Makes a dumb buffer. ENOSYS: the driver has none. EINVAL: a size over 32 bits. ENOMEM: no room.
   */
  public static final long DRM_IOCTL_MODE_CREATE_DUMB = iowr(0xb2, MODE_CREATE_DUMB);

  /** Tells the offset in the node at which to map a dumb buffer. */
  public static final long DRM_IOCTL_MODE_MAP_DUMB = iowr(0xb3, MODE_MAP_DUMB);

  /** Gives a dumb buffer's handle up. EINVAL: no such handle. */
  public static final long DRM_IOCTL_MODE_DESTROY_DUMB = iowr(0xb4, MODE_DESTROY_DUMB);

  /** Lists planes. EOPNOTSUPP: the node has no displays. */
  public static final long DRM_IOCTL_MODE_GETPLANERESOURCES = iowr(0xb5, MODE_GET_PLANE_RES);

  /** Describes a plane. ENOENT: none such. */
  public static final long DRM_IOCTL_MODE_GETPLANE = iowr(0xb6, MODE_GET_PLANE);

  /** Makes a framebuffer of handles. EINVAL: format, size or stride. ENOENT: no such handle. */
  public static final long DRM_IOCTL_MODE_ADDFB2 = iowr(0xb8, MODE_FB_CMD2);

  /** Lists an object's properties and their values. ENOENT: no such object. */
  public static final long DRM_IOCTL_MODE_OBJ_GETPROPERTIES = iowr(0xb9, MODE_OBJ_GET_PROPERTIES);

  /**
   * Changes properties together. EBUSY: a change is under way. EACCES: not the DRM master. EINVAL:
   * the driver cannot.
   */
  public static final long DRM_IOCTL_MODE_ATOMIC = iowr(0xbc, MODE_ATOMIC);

  private DrmMode() {}

  private static long iowr(int number, int size) {
    return Ioctl.readWrite('d', number, size);
  }
}
