package dev.dmabroker.spec;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Pixel formats that V4L2 and DRM have in common. They are described as they are on a little-endian
 * machine, with the planes back to back in one buffer. Linux 6.1 has them all but {@link #P012},
 * {@link #Y210}, {@link #Y212}, {@link #Y216} and those of 10-bit colours, which are younger in
 * V4L2.
 *
 * <p>The codes are those of {@code linux/videodev2.h} and {@code drm/drm_fourcc.h}: four ASCII
 * characters, the first in the lowest byte. DRM names components from the highest bit of a
 * little-endian word. V4L2 does so too for formats of up to two bytes a pixel, but names them in
 * memory order for formats of three bytes or more. So neither names nor codes tell which formats
 * are equal: {@code BA12} is {@link #BGRA4444} to DRM and a Bayer pattern to V4L2. If V4L2 has
 * several codes for one layout, the constant here has the code that says whether there is alpha.
 *
 * <p>DRM has no format of luma alone and no palette in a format's name: {@code R8} and {@code C8}
 * stand for them, and {@code GR88} for luma of two cameras. Formats that only one of the two has
 * (BGR565, RG88, ABGR2101010, bytes A, Y, Cb, Cr), big-endian words and V4L2's tiled formats have
 * no constant here. Compressed video is no picture of pixels but bytes: see {@link
 * CompressedFormat}.
 */
public enum PixelFormat {
  /** 8 bits of luma. */
  GREY("GREY", "R8  ", plane(1, 1, 1)),
  /** Luma in the low 10 bits of a 16-bit little-endian word, the others unused. */
  Y10("Y10 ", "R10 ", plane(2, 1, 1)),
  /** Luma in the low 12 bits of a 16-bit little-endian word, the others unused. */
  Y12("Y12 ", "R12 ", plane(2, 1, 1)),
  /** 16 bits of luma, the low byte first. */
  Y16("Y16 ", "R16 ", plane(2, 1, 1)),
  /**
   * Two channels of 8 bits, bytes R and G in memory. V4L2 calls it Y8I, where the channels are the
   * luma of a left and a right camera.
   */
  GR88("Y8I ", "GR88", plane(2, 1, 1)),
  /** 8 bits that are an index into a palette, which is not in the buffer. */
  PAL8("PAL8", "C8  ", plane(1, 1, 1)),
  /** Packed 4:2:2, Y0 Cb Y1 Cr. */
  YUYV("YUYV", "YUYV", plane(4, 2, 1)),
  /** Packed 4:2:2, Cb Y0 Cr Y1. */
  UYVY("UYVY", "UYVY", plane(4, 2, 1)),
  /** Packed 4:2:2, Y0 Cr Y1 Cb. */
  YVYU("YVYU", "YVYU", plane(4, 2, 1)),
  /** Packed 4:2:2, Cr Y0 Cb Y1. */
  VYUY("VYUY", "VYUY", plane(4, 2, 1)),
  /** {@link #YUYV} with components in the high 10 bits of 16-bit little-endian words. */
  Y210("Y210", "Y210", plane(8, 2, 1)),
  /** {@link #YUYV} with components in the high 12 bits of 16-bit little-endian words. */
  Y212("Y212", "Y212", plane(8, 2, 1)),
  /** {@link #YUYV} with components of 16 bits, the low byte first. */
  Y216("Y216", "Y216", plane(8, 2, 1)),
  /** Packed 4:4:4, 24 bits, bytes Y, Cb, Cr in memory. */
  YUV24("YUV3", "VU24", plane(3, 1, 1)),
  /** Packed 4:4:4, 32 bits, bytes Cr, Cb, Y, A in memory; DRM calls it AYUV. */
  VUYA32("VUYA", "AYUV", plane(4, 1, 1)),
  /** Packed 4:4:4, 32 bits, bytes Cr, Cb, Y and one unused in memory; DRM calls it XYUV. */
  VUYX32("VUYX", "XYUV", plane(4, 1, 1)),
  /** 4:2:0, a plane of luma and a plane of interleaved Cb Cr. */
  NV12("NV12", "NM12", "NV12", plane(1, 1, 1), plane(2, 2, 2)),
  /** 4:2:0, a plane of luma and a plane of interleaved Cr Cb. */
  NV21("NV21", "NM21", "NV21", plane(1, 1, 1), plane(2, 2, 2)),
  /** 4:2:2, a plane of luma and a plane of interleaved Cb Cr. */
  NV16("NV16", "NM16", "NV16", plane(1, 1, 1), plane(2, 2, 1)),
  /** 4:2:2, a plane of luma and a plane of interleaved Cr Cb. */
  NV61("NV61", "NM61", "NV61", plane(1, 1, 1), plane(2, 2, 1)),
  /** 4:4:4, a plane of luma and a plane of interleaved Cb Cr. */
  NV24("NV24", "NV24", plane(1, 1, 1), plane(2, 1, 1)),
  /** 4:4:4, a plane of luma and a plane of interleaved Cr Cb. */
  NV42("NV42", "NV42", plane(1, 1, 1), plane(2, 1, 1)),
  /** {@link #NV12} with components in the high 10 bits of 16-bit little-endian words. */
  P010("P010", "P010", plane(2, 1, 1), plane(4, 2, 2)),
  /** {@link #NV12} with components in the high 12 bits of 16-bit little-endian words. */
  P012("P012", "PM12", "P012", plane(2, 1, 1), plane(4, 2, 2)),
  /** 4:1:0, planes of Y, Cb and Cr, one chroma sample for 4x4 pixels. */
  YUV410("YUV9", "YUV9", plane(1, 1, 1), plane(1, 4, 4), plane(1, 4, 4)),
  /** 4:1:0, planes of Y, Cr and Cb, one chroma sample for 4x4 pixels. */
  YVU410("YVU9", "YVU9", plane(1, 1, 1), plane(1, 4, 4), plane(1, 4, 4)),
  /** 4:1:1, planes of Y, Cb and Cr, one chroma sample for four pixels of a row. */
  YUV411("411P", "YU11", plane(1, 1, 1), plane(1, 4, 1), plane(1, 4, 1)),
  /** 4:2:0, planes of Y, Cb and Cr. */
  YUV420("YU12", "YM12", "YU12", plane(1, 1, 1), plane(1, 2, 2), plane(1, 2, 2)),
  /** 4:2:0, planes of Y, Cr and Cb. */
  YVU420("YV12", "YM21", "YV12", plane(1, 1, 1), plane(1, 2, 2), plane(1, 2, 2)),
  /** 4:2:2, planes of Y, Cb and Cr. */
  YUV422("422P", "YM16", "YU16", plane(1, 1, 1), plane(1, 2, 1), plane(1, 2, 1)),
  /** 4:2:2, planes of Y, Cr and Cb; V4L2 has it with the planes in separate buffers only. */
  YVU422("YM61", "YM61", "YV16", plane(1, 1, 1), plane(1, 2, 1), plane(1, 2, 1)),
  /** 4:4:4, planes of Y, Cb and Cr; V4L2 has it with the planes in separate buffers only. */
  YUV444("YM24", "YM24", "YU24", plane(1, 1, 1), plane(1, 1, 1), plane(1, 1, 1)),
  /** 4:4:4, planes of Y, Cr and Cb; V4L2 has it with the planes in separate buffers only. */
  YVU444("YM42", "YM42", "YV24", plane(1, 1, 1), plane(1, 1, 1), plane(1, 1, 1)),
  /** One byte, from its highest bit on 3 red, 3 green, 2 blue. */
  RGB332("RGB1", "RGB8", plane(1, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 alpha, 4 red, 4 green, 4 blue. */
  ARGB4444("AR12", "AR12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 unused, 4 red, 4 green, 4 blue. */
  XRGB4444("XR12", "XR12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 red, 4 green, 4 blue, 4 alpha. */
  RGBA4444("RA12", "RA12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 red, 4 green, 4 blue, 4 unused. */
  RGBX4444("RX12", "RX12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 alpha, 4 blue, 4 green, 4 red. */
  ABGR4444("AB12", "AB12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 unused, 4 blue, 4 green, 4 red. */
  XBGR4444("XB12", "XB12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 blue, 4 green, 4 red, 4 alpha. */
  BGRA4444("GA12", "BA12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 4 blue, 4 green, 4 red, 4 unused. */
  BGRX4444("BX12", "BX12", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 1 alpha, 5 red, 5 green, 5 blue. */
  ARGB1555("AR15", "AR15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 1 unused, 5 red, 5 green, 5 blue. */
  XRGB1555("XR15", "XR15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 5 red, 5 green, 5 blue, 1 alpha. */
  RGBA5551("RA15", "RA15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 5 red, 5 green, 5 blue, 1 unused. */
  RGBX5551("RX15", "RX15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 1 alpha, 5 blue, 5 green, 5 red. */
  ABGR1555("AB15", "AB15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 1 unused, 5 blue, 5 green, 5 red. */
  XBGR1555("XB15", "XB15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 5 blue, 5 green, 5 red, 1 alpha. */
  BGRA5551("BA15", "BA15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 5 blue, 5 green, 5 red, 1 unused. */
  BGRX5551("BX15", "BX15", plane(2, 1, 1)),
  /** A 16-bit little-endian word, from its highest bit on 5 red, 6 green, 5 blue. */
  RGB565("RGBP", "RG16", plane(2, 1, 1)),
  /** 24 bits, bytes R, G, B in memory. */
  RGB24("RGB3", "BG24", plane(3, 1, 1)),
  /** 24 bits, bytes B, G, R in memory. */
  BGR24("BGR3", "RG24", plane(3, 1, 1)),
  /** 32 bits, bytes B, G, R, A in memory. */
  ARGB8888("AR24", "AR24", plane(4, 1, 1)),
  /** 32 bits, bytes B, G, R and one unused in memory. */
  XRGB8888("XR24", "XR24", plane(4, 1, 1)),
  /** 32 bits, bytes A, B, G, R in memory. */
  RGBA8888("RA24", "RA24", plane(4, 1, 1)),
  /** 32 bits, one unused byte and bytes B, G, R in memory. */
  RGBX8888("RX24", "RX24", plane(4, 1, 1)),
  /** 32 bits, bytes R, G, B, A in memory. */
  ABGR8888("AB24", "AB24", plane(4, 1, 1)),
  /** 32 bits, bytes R, G, B and one unused in memory. */
  XBGR8888("XB24", "XB24", plane(4, 1, 1)),
  /** 32 bits, bytes A, R, G, B in memory. */
  BGRA8888("BA24", "BA24", plane(4, 1, 1)),
  /** 32 bits, one unused byte and bytes R, G, B in memory. */
  BGRX8888("BX24", "BX24", plane(4, 1, 1)),
  /** A 32-bit little-endian word, from its highest bit on 2 alpha, 10 red, 10 green, 10 blue. */
  ARGB2101010("AR30", "AR30", plane(4, 1, 1)),
  /** A 32-bit little-endian word, from its highest bit on 10 red, 10 green, 10 blue, 2 alpha. */
  RGBA1010102("RA30", "RA30", plane(4, 1, 1)),
  /** A 32-bit little-endian word, from its highest bit on 10 red, 10 green, 10 blue, 2 unused. */
  RGBX1010102("RX30", "RX30", plane(4, 1, 1));

  /**
   * One plane of a format.
   *
   * @param bytesPerGroup bytes of one group of horizontally neighbouring samples
   * @param pixelsPerGroup pixels of a row that one group covers
   * @param rowsPerLine rows of the image that one line of the plane covers
   */
  public record Plane(int bytesPerGroup, int pixelsPerGroup, int rowsPerLine) {}

  private static final ImmutableMap<Integer, PixelFormat> BY_V4L2_CODE = byV4l2Code();
  private static final ImmutableMap<Integer, PixelFormat> BY_DRM_CODE = byDrmCode();

  private final int v4l2Code;
  private final OptionalInt v4l2MultiPlanarCode;
  private final int drmCode;

  @SuppressWarnings("ImmutableEnumChecker") // A Plane is a record of ints.
  private final ImmutableList<Plane> planes;

  PixelFormat(String v4l2, String drm, Plane... planes) {
    this(fourcc(v4l2), OptionalInt.empty(), fourcc(drm), planes);
  }

  PixelFormat(String v4l2, String v4l2MultiPlanar, String drm, Plane... planes) {
    this(fourcc(v4l2), OptionalInt.of(fourcc(v4l2MultiPlanar)), fourcc(drm), planes);
  }

  PixelFormat(int v4l2Code, OptionalInt v4l2MultiPlanarCode, int drmCode, Plane... planes) {
    this.v4l2Code = v4l2Code;
    this.v4l2MultiPlanarCode = v4l2MultiPlanarCode;
    this.drmCode = drmCode;
    this.planes = ImmutableList.copyOf(planes);
  }

  /**
   * {@return the format that has a code of V4L2, either as {@link #v4l2Code} or as {@link
   * #v4l2MultiPlanarCode}: both have equal planes, in one buffer or in several} Empty if no format
   * here has the code.
   *
   * @param code a code of V4L2
   */
  public static Optional<PixelFormat> ofV4l2(int code) {
    return Optional.ofNullable(BY_V4L2_CODE.get(code));
  }

  /**
   * {@return the format that has a code of DRM; empty if no format here has the code}
   *
   * @param code a code of DRM
   */
  public static Optional<PixelFormat> ofDrm(int code) {
    return Optional.ofNullable(BY_DRM_CODE.get(code));
  }

  /**
   * {@return the code in {@code struct v4l2_pix_format.pixelformat}} If V4L2 has no code for planes
   * in one buffer, as with {@link #YUV444}, this is the code for planes in separate buffers.
   */
  public int v4l2Code() {
    return v4l2Code;
  }

  /**
   * {@return the code in {@code struct v4l2_pix_format_mplane.pixelformat} that says that each
   * plane has a buffer of its own; empty if V4L2 has none}
   */
  public OptionalInt v4l2MultiPlanarCode() {
    return v4l2MultiPlanarCode;
  }

  /** {@return the code in {@code DRM_IOCTL_MODE_ADDFB2}} */
  public int drmCode() {
    return drmCode;
  }

  /** {@return the planes in the order in which they lie in memory} The list is unmodifiable. */
  public List<Plane> planes() {
    return planes;
  }

  /**
   * {@return the grain of addresses, in bytes, a power of two: rows and planes begin at its
   * multiples} It is 2 for samples or pixels of 16 bits, 4 for pixels of 32 bits, 8 for words of 64
   * bits that hold two pixels, and 1 where memory is read byte by byte. The kernel's headers give
   * words of these sizes, and devices load them as a whole. Memory from elsewhere in which a
   * picture lies otherwise suits no device.
   */
  public int grainBytes() {
    return Integer.lowestOneBit(planes.get(0).bytesPerGroup());
  }

  private static Plane plane(int bytesPerGroup, int pixelsPerGroup, int rowsPerLine) {
    return new Plane(bytesPerGroup, pixelsPerGroup, rowsPerLine);
  }

  static int fourcc(String code) {
    return code.charAt(0) | code.charAt(1) << 8 | code.charAt(2) << 16 | code.charAt(3) << 24;
  }

  private static ImmutableMap<Integer, PixelFormat> byV4l2Code() {
    ImmutableMap.Builder<Integer, PixelFormat> formats = ImmutableMap.builder();
    for (PixelFormat format : values()) {
      formats.put(format.v4l2Code, format);
      format.v4l2MultiPlanarCode.ifPresent(
          code -> {
            if (code != format.v4l2Code) {
              formats.put(code, format);
            }
          });
    }
    return formats.buildOrThrow();
  }

  private static ImmutableMap<Integer, PixelFormat> byDrmCode() {
    ImmutableMap.Builder<Integer, PixelFormat> formats = ImmutableMap.builder();
    for (PixelFormat format : values()) {
      formats.put(format.drmCode, format);
    }
    return formats.buildOrThrow();
  }
}
