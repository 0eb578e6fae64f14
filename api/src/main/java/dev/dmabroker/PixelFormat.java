package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Linear pixel formats that V4L2 and DRM have in common, planes back to back in one buffer.
 *
 * <p>The codes are those of {@code linux/videodev2.h} and {@code drm/drm_fourcc.h}: four ASCII
 * characters, the first in the lowest byte. The two sides name components in different orders (V4L2
 * in memory order, DRM from the highest bit of a little-endian word), so the codes differ more
 * often than they agree.
 */
public enum PixelFormat {
  /** 8 bits of luma. */
  GREY("GREY", "R8  ", plane(1, 1, 1)),
  /** Packed 4:2:2, Y0 Cb Y1 Cr. */
  YUYV("YUYV", "YUYV", plane(4, 2, 1)),
  /** Packed 4:2:2, Cb Y0 Cr Y1. */
  UYVY("UYVY", "UYVY", plane(4, 2, 1)),
  /** Packed 4:2:2, Y0 Cr Y1 Cb. */
  YVYU("YVYU", "YVYU", plane(4, 2, 1)),
  /** 4:2:0, a plane of luma and a plane of interleaved Cb Cr. */
  NV12("NV12", "NV12", plane(1, 1, 1), plane(2, 2, 2)),
  /** 4:2:0, a plane of luma and a plane of interleaved Cr Cb. */
  NV21("NV21", "NV21", plane(1, 1, 1), plane(2, 2, 2)),
  /** 4:2:2, a plane of luma and a plane of interleaved Cb Cr. */
  NV16("NV16", "NV16", plane(1, 1, 1), plane(2, 2, 1)),
  /** 4:2:0, planes of Y, Cb and Cr. */
  YUV420("YU12", "YU12", plane(1, 1, 1), plane(1, 2, 2), plane(1, 2, 2)),
  /** 16 bits, 5 red, 6 green, 5 blue. */
  RGB565("RGBP", "RG16", plane(2, 1, 1)),
  /** 24 bits, bytes R, G, B in memory. */
  RGB24("RGB3", "BG24", plane(3, 1, 1)),
  /** 24 bits, bytes B, G, R in memory. */
  BGR24("BGR3", "RG24", plane(3, 1, 1)),
  /** 32 bits, bytes B, G, R, A in memory. */
  ARGB8888("AR24", "AR24", plane(4, 1, 1)),
  /** 32 bits, bytes B, G, R and one unused in memory. */
  XRGB8888("XR24", "XR24", plane(4, 1, 1));

  /**
   * One plane of a format.
   *
   * @param bytesPerGroup bytes of one group of horizontally neighbouring samples
   * @param pixelsPerGroup pixels of a row that one group covers
   * @param rowsPerLine rows of the image that one line of the plane covers
   */
  public record Plane(int bytesPerGroup, int pixelsPerGroup, int rowsPerLine) {}

  private final int v4l2Code;
  private final int drmCode;

  @SuppressWarnings("ImmutableEnumChecker") // A Plane is a record of ints.
  private final ImmutableList<Plane> planes;

  PixelFormat(String v4l2, String drm, Plane... planes) {
    this.v4l2Code = fourcc(v4l2);
    this.drmCode = fourcc(drm);
    this.planes = ImmutableList.copyOf(planes);
  }

  /** The code in {@code struct v4l2_pix_format.pixelformat}. */
  public int v4l2Code() {
    return v4l2Code;
  }

  /** The code in {@code DRM_IOCTL_MODE_ADDFB2}. */
  public int drmCode() {
    return drmCode;
  }

  /** The planes in the order in which they lie in memory; unmodifiable. */
  public List<Plane> planes() {
    return planes;
  }

  private static Plane plane(int bytesPerGroup, int pixelsPerGroup, int rowsPerLine) {
    return new Plane(bytesPerGroup, pixelsPerGroup, rowsPerLine);
  }

  private static int fourcc(String code) {
    return code.charAt(0) | code.charAt(1) << 8 | code.charAt(2) << 16 | code.charAt(3) << 24;
  }
}
