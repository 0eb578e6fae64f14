package dev.dmabroker.spec;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DRM format modifiers, which say in what order a plane's bytes lie. The constants are the
 * modifiers for which {@code drm/drm_fourcc.h} of Linux 6.1 tells how much memory a plane takes.
 * Any other is <em>opaque</em>: {@link #of} gives it, and devices can agree on it if one of them
 * says how pictures lie ({@link ImageConstraintsBuilder#layouts}). Ordered by code. Immutable.
 *
 * <p>A plane consists of tiles of {@link #tileBytes} by {@link #tileLines}. Its stride is a
 * multiple of the first number, its count of lines a multiple of the second, and a row of tiles
 * occupies stride x {@code tileLines} consecutive bytes, from the left tile to the right. The
 * modifier alone decides the order within a tile.
 *
 * <p>These modifiers are opaque: compressed layouts (Arm's AFBC and AFRC, Intel's CCS, AMD's DCC,
 * Amlogic's, Qualcomm's); layouts that depend on the chip or on numbers in the modifier (AMD's,
 * NVIDIA's block linear one with a page kind, Broadcom's SAND and UIF); Intel's Yf, because the
 * header leaves the shape of its tile open; Vivante's for two pipes, which have two base addresses;
 * and Broadcom's T, where every second row of tiles begins at the right.
 */
@CheckReturnValue
public final class Modifier implements Comparable<Modifier> {
  /** {@code DRM_FORMAT_MOD_LINEAR}: line after line. */
  public static final Modifier LINEAR =
      new Modifier("LINEAR", Vendor.NONE, 0, Unit.BYTES, 1, 1, anyFormat());

  /**
   * {@code I915_FORMAT_MOD_X_TILED}: tiles of 4 KiB, 512 bytes by 8 lines, within which bytes are
   * row-major. The header vouches for it on Intel's generation 8 and later, and on Valleyview.
   */
  public static final Modifier I915_X_TILED =
      new Modifier("I915_X_TILED", Vendor.INTEL, 1, Unit.BYTES, 512, 8, anyFormat());

  /**
   * {@code I915_FORMAT_MOD_Y_TILED}: tiles of 4 KiB, 128 bytes by 32 lines, within which columns of
   * 16 bytes follow one another. The header vouches for it on Intel's generation 8 and later, and
   * on Valleyview; it gives the shape at Tile 4.
   */
  public static final Modifier I915_Y_TILED =
      new Modifier("I915_Y_TILED", Vendor.INTEL, 2, Unit.BYTES, 128, 32, anyFormat());

  /**
   * {@code I915_FORMAT_MOD_4_TILED}: tiles of 4 KiB, 128 bytes by 32 lines, made of blocks of 64
   * bytes by 8 lines.
   */
  public static final Modifier I915_4_TILED =
      new Modifier("I915_4_TILED", Vendor.INTEL, 9, Unit.BYTES, 128, 32, anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_NVIDIA_TEGRA_TILED}: tiles of 16 by 16 bytes, as Tegra 2, 3 and 4 have
   * them.
   */
  public static final Modifier NVIDIA_TEGRA_TILED =
      new Modifier("NVIDIA_TEGRA_TILED", Vendor.NVIDIA, 1, Unit.BYTES, 16, 16, anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_ONE_GOB}: blocks of one group of bytes (GOB), which is
   * 64 bytes by 8 lines, within which sectors of 16 bytes by 2 lines lie in Z shape.
   */
  public static final Modifier NVIDIA_16BX2_BLOCK_ONE_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_ONE_GOB", Vendor.NVIDIA, 0x10, Unit.BYTES, 64, 8, anyFormat());

  /** {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_TWO_GOB}: 2 GOBs of 64 bytes by 8 lines stacked. */
  public static final Modifier NVIDIA_16BX2_BLOCK_TWO_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_TWO_GOB", Vendor.NVIDIA, 0x11, Unit.BYTES, 64, 16, anyFormat());

  /** {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_FOUR_GOB}: 4 GOBs of 64 bytes by 8 lines stacked. */
  public static final Modifier NVIDIA_16BX2_BLOCK_FOUR_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_FOUR_GOB", Vendor.NVIDIA, 0x12, Unit.BYTES, 64, 32, anyFormat());

  /** {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_EIGHT_GOB}: 8 GOBs of 64 bytes by 8 lines stacked. */
  public static final Modifier NVIDIA_16BX2_BLOCK_EIGHT_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_EIGHT_GOB", Vendor.NVIDIA, 0x13, Unit.BYTES, 64, 64, anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_SIXTEEN_GOB}: 16 GOBs of 64 bytes by 8 lines stacked.
   */
  public static final Modifier NVIDIA_16BX2_BLOCK_SIXTEEN_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_SIXTEEN_GOB", Vendor.NVIDIA, 0x14, Unit.BYTES, 64, 128, anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB}: 32 GOBs of 64 bytes by 8 lines
   * stacked.
   */
  public static final Modifier NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB =
      new Modifier(
          "NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB",
          Vendor.NVIDIA,
          0x15,
          Unit.BYTES,
          64,
          256,
          anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_SAMSUNG_64_32_TILE}: NV12 in macroblocks of 64 bytes by 32 lines in both
   * planes.
   *
   * <p>The macroblocks lie in the order of a Z over two by two of them, which is why the stride is
   * a multiple of 128 bytes. A tile in the terms of this class is one Z, 128 bytes by 64 lines,
   * because one row of macroblocks alone is not consecutive. The header asks for a multiple of 32
   * lines only, and V4L2, which has the layout as {@code NV12MT}, lays an odd last row out
   * linearly; that row then is the first half of the last row of tiles here.
   */
  public static final Modifier SAMSUNG_64_32_TILE =
      new Modifier(
          "SAMSUNG_64_32_TILE",
          Vendor.SAMSUNG,
          1,
          Unit.BYTES,
          128,
          64,
          Sets.immutableEnumSet(PixelFormat.NV12));

  /**
   * {@code DRM_FORMAT_MOD_SAMSUNG_16_16_TILE}, also called {@code
   * DRM_FORMAT_MOD_GENERIC_16_16_TILE}: row-major tiles of 16 by 16 pixels; a tile of chroma has
   * the samples of those pixels.
   */
  public static final Modifier SAMSUNG_16_16_TILE =
      new Modifier("SAMSUNG_16_16_TILE", Vendor.SAMSUNG, 2, Unit.PIXELS, 16, 16, anyFormat());

  /**
   * {@code DRM_FORMAT_MOD_VIVANTE_TILED}: row-major tiles of 4 by 4 pixels. The header does not say
   * how chroma planes would lie.
   */
  public static final Modifier VIVANTE_TILED =
      new Modifier("VIVANTE_TILED", Vendor.VIVANTE, 1, Unit.PIXELS, 4, 4, onePlane());

  /**
   * {@code DRM_FORMAT_MOD_VIVANTE_SUPER_TILED}: row-major tiles of 64 by 64 pixels, made of the
   * tiles of {@link #VIVANTE_TILED}.
   */
  public static final Modifier VIVANTE_SUPER_TILED =
      new Modifier("VIVANTE_SUPER_TILED", Vendor.VIVANTE, 2, Unit.PIXELS, 64, 64, onePlane());

  /**
   * {@code DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED}: blocks of 16 by 16 pixels in linear
   * order, as Mali Utgard and Midgard have them. The header says neither how pixels lie within a
   * block nor how chroma planes would lie.
   */
  public static final Modifier ARM_16X16_BLOCK_U_INTERLEAVED =
      new Modifier(
          "ARM_16X16_BLOCK_U_INTERLEAVED",
          Vendor.ARM,
          1L << 52 | 1,
          Unit.PIXELS,
          16,
          16,
          onePlane());

  /**
   * {@code DRM_FORMAT_MOD_ALLWINNER_TILED}: row-major tiles of 32 by 32 luma samples, and of the
   * chroma samples of 32 by 64 pixels.
   *
   * <p>Here the modifier is supported with interleaved 4:2:0 only, where a tile is 32 bytes by 32
   * lines in either plane. The header mentions three planes too, but leaves open whether a tile of
   * those planes is 32 samples wide or covers 32 pixels.
   */
  public static final Modifier ALLWINNER_TILED =
      new Modifier(
          "ALLWINNER_TILED",
          Vendor.ALLWINNER,
          1,
          Unit.BYTES,
          32,
          32,
          Sets.immutableEnumSet(PixelFormat.NV12, PixelFormat.NV21));

  /** The code {@code DRM_FORMAT_MOD_INVALID}. */
  static final long INVALID_CODE = (1L << 56) - 1;

  private static final ImmutableList<Modifier> COMPUTED =
      ImmutableList.of(
          LINEAR,
          I915_X_TILED,
          I915_Y_TILED,
          I915_4_TILED,
          NVIDIA_TEGRA_TILED,
          NVIDIA_16BX2_BLOCK_ONE_GOB,
          NVIDIA_16BX2_BLOCK_TWO_GOB,
          NVIDIA_16BX2_BLOCK_FOUR_GOB,
          NVIDIA_16BX2_BLOCK_EIGHT_GOB,
          NVIDIA_16BX2_BLOCK_SIXTEEN_GOB,
          NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB,
          SAMSUNG_64_32_TILE,
          SAMSUNG_16_16_TILE,
          VIVANTE_TILED,
          VIVANTE_SUPER_TILED,
          ARM_16X16_BLOCK_U_INTERLEAVED,
          ALLWINNER_TILED);

  private static final ImmutableMap<Long, Modifier> BY_CODE =
      Maps.uniqueIndex(COMPUTED, Modifier::code);

  private enum Unit {
    /** A tile has equal width and height, in bytes and lines, in every plane. */
    BYTES,
    /** A tile covers equal areas of the image in every plane. */
    PIXELS
  }

  private final String name;
  private final long code;
  private final Unit unit;
  private final int width;
  private final int height;
  private final ImmutableSet<PixelFormat> formats;

  private Modifier(
      String name,
      Vendor vendor,
      long value,
      Unit unit,
      int width,
      int height,
      ImmutableSet<PixelFormat> formats) {
    this.name = name;
    this.code = vendor.code(value);
    this.unit = unit;
    this.width = width;
    this.height = height;
    this.formats = formats;
  }

  /** Makes an opaque modifier. */
  private Modifier(long code) {
    this.name = String.format("%s 0x%016x", Vendor.nameOf(code), code);
    this.code = code;
    this.unit = Unit.BYTES;
    this.width = 0;
    this.height = 0;
    this.formats = anyFormat();
  }

  /**
   * {@return the modifier that has a code: a constant, or an opaque one}
   *
   * @param code the code, as the kernel's drm_fourcc.h defines it
   * @throws IllegalArgumentException if the code is {@code DRM_FORMAT_MOD_INVALID}
   */
  public static Modifier of(long code) {
    if (code == INVALID_CODE) {
      throw new IllegalArgumentException(
          "0x00ffffffffffffff is DRM_FORMAT_MOD_INVALID, which names no layout but leaves it to the"
              + " driver; LINEAR (0) would help, or anyModifier() where any layout will do");
    }
    Modifier modifier = BY_CODE.get(code);
    return modifier != null ? modifier : new Modifier(code);
  }

  /**
   * {@return the modifiers whose layouts the broker computes, {@link #LINEAR} first: the constants}
   */
  public static List<Modifier> computed() {
    return COMPUTED;
  }

  /**
   * {@return whether the broker cannot compute how pictures lie, so that a device has to say it}
   */
  public boolean isOpaque() {
    return width == 0;
  }

  /** {@return the code in {@code struct drm_mode_fb_cmd2.modifier}} */
  public long code() {
    return code;
  }

  /**
   * {@return whether the header tells how planes of a format lie with this modifier, or the
   * modifier is opaque} Only the device's driver can say whether the device takes the pair.
   *
   * @param format the format of the pixels
   */
  public boolean supports(PixelFormat format) {
    return formats.contains(format);
  }

  /**
   * {@return lines of a plane in one tile, at least 1}
   *
   * @param format the format of the pixels
   * @param plane the plane's index, from 0
   * @throws IllegalArgumentException if the format is not {@linkplain #supports supported}, or the
   *     modifier is opaque
   * @throws IndexOutOfBoundsException if the format does not have the plane
   */
  public int tileLines(PixelFormat format, int plane) {
    PixelFormat.Plane samples = plane(format, plane);
    return unit == Unit.BYTES ? height : height / samples.rowsPerLine();
  }

  /**
   * {@return bytes of one line in one tile, at least 1}
   *
   * @param format the format of the pixels
   * @param plane the plane's index, from 0
   * @throws IllegalArgumentException if the format is not {@linkplain #supports supported}, or the
   *     modifier is opaque
   * @throws IndexOutOfBoundsException if the format does not have the plane
   */
  public int tileBytes(PixelFormat format, int plane) {
    PixelFormat.Plane samples = plane(format, plane);
    return unit == Unit.BYTES ? width : width / samples.pixelsPerGroup() * samples.bytesPerGroup();
  }

  private PixelFormat.Plane plane(PixelFormat format, int plane) {
    if (isOpaque()) {
      throw new IllegalArgumentException(
          this + " is opaque: only a device can say how planes lie with it");
    }
    if (!supports(format)) {
      throw new IllegalArgumentException(
          this
              + " is defined for "
              + describeFormats()
              + ", not "
              + format
              + "; LINEAR would help");
    }
    return format.planes().get(plane);
  }

  private String describeFormats() {
    return unit == Unit.PIXELS ? "formats of one plane" : Joiner.on(" and ").join(formats);
  }

  @Override
  public int compareTo(Modifier other) {
    return Long.compareUnsigned(code, other.code);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Modifier other && code == other.code;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(code);
  }

  /** The constant's name, or vendor and code: {@code Arm 0x0800000000000001}. */
  @Override
  public String toString() {
    return name;
  }

  private static ImmutableSet<PixelFormat> anyFormat() {
    return Sets.immutableEnumSet(EnumSet.allOf(PixelFormat.class));
  }

  private static ImmutableSet<PixelFormat> onePlane() {
    EnumSet<PixelFormat> formats = EnumSet.allOf(PixelFormat.class);
    formats.removeIf(format -> format.planes().size() != 1);
    return Sets.immutableEnumSet(formats);
  }
}
