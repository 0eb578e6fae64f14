package dev.dmabroker.spec;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The colour spaces of pictures, which say what the numbers of a picture mean as colours: the
 * primaries, the transfer function, the encoding of Y'CbCr and the range of numbers. The constants
 * are the usual combinations of these. Those that are V4L2's defaults for a code of {@code enum
 * v4l2_colorspace} come from {@code linux/videodev2.h}.
 *
 * <p>Where several colour spaces are left to choose from, the first in the order of the constants
 * is chosen: what most devices handle goes first, and what is wider or rarer only where nothing
 * else is left. An application that wants another one {@linkplain ImageSpec.Builder#colorSpace says
 * so}.
 *
 * <p>Two codes of the header have no constant here: {@code DEFAULT}, which leaves the choice to a
 * driver, and {@code BT878}, which the header says no driver returns.
 */
public enum ColorSpace {
  /** ITU-R BT.709, high definition. */
  REC709(3, Transfer.REC709, Encoding.REC709, Range.BY_FORMAT),
  /** IEC 61966-2-1, the RGB of most webcams and displays. */
  SRGB(8, Transfer.SRGB, Encoding.REC601, Range.BY_FORMAT),
  /** ITU-R BT.601 video of standard definition; V4L2 calls it SMPTE170M. */
  REC601(1, Transfer.REC709, Encoding.REC601, Range.BY_FORMAT),
  /** What JPEG files have: {@link #SRGB} with BT.601's encoding in full range, known as sYCC. */
  JPEG(7, Transfer.SRGB, Encoding.REC601, Range.FULL),
  /** {@link #REC709} in full range. */
  REC709_FULL(3, Transfer.REC709, Encoding.REC709, Range.FULL),
  /** ITU-R BT.470 System B and G, which is PAL and SECAM by EBU Tech 3213. */
  BT470_BG(6, Transfer.REC709, Encoding.REC601, Range.BY_FORMAT),
  /** ITU-R BT.470 System M, which is NTSC of 1953. */
  BT470_M(5, Transfer.REC709, Encoding.REC601, Range.BY_FORMAT),
  /** SMPTE 240M, high definition before {@link #REC709}. */
  SMPTE240M(2, Transfer.SMPTE240M, Encoding.SMPTE240M, Range.BY_FORMAT),
  /** xvYCC with BT.601's encoding: BT.709's primaries, and colours beyond them. */
  XVYCC_601(3, Transfer.REC709, Encoding.XVYCC_601, Range.BY_FORMAT),
  /** xvYCC with BT.709's encoding: BT.709's primaries, and colours beyond them. */
  XVYCC_709(3, Transfer.REC709, Encoding.XVYCC_709, Range.BY_FORMAT),
  /** IEC 61966-2-5, opRGB, known as Adobe RGB. */
  OPRGB(9, Transfer.OPRGB, Encoding.REC601, Range.BY_FORMAT),
  /** SMPTE RP 431-2, cinema projectors; DRM calls it DCI-P3_RGB_Theater. */
  DCI_P3(12, Transfer.DCI_P3, Encoding.REC709, Range.BY_FORMAT),
  /**
   * The primaries of {@link #DCI_P3} with the white point and transfer function of {@link #SRGB},
   * as wide-gamut displays have them; DRM calls it DCI-P3_RGB_D65, and V4L2 has no code for it.
   */
  DISPLAY_P3(/* v4l2Code= */ -1, Transfer.SRGB, Encoding.REC709, Range.BY_FORMAT),
  /** ITU-R BT.2020, ultra high definition of ordinary dynamic range. */
  BT2020(10, Transfer.REC709, Encoding.BT2020, Range.BY_FORMAT),
  /** {@link #BT2020} with constant luminance; DRM calls it BT2020_CYCC. */
  BT2020_CONSTANT_LUMINANCE(
      10, Transfer.REC709, Encoding.BT2020_CONSTANT_LUMINANCE, Range.BY_FORMAT),
  /** {@link #BT2020} of high dynamic range, with hybrid log-gamma (ITU-R BT.2100). */
  BT2020_HLG(10, Transfer.HLG, Encoding.BT2020, Range.BY_FORMAT),
  /** {@link #BT2020} of high dynamic range, with the perceptual quantizer: HDR10. */
  BT2020_PQ(10, Transfer.PQ, Encoding.BT2020, Range.BY_FORMAT),
  /** The numbers that the sensor gave, unprocessed. */
  RAW(11, Transfer.LINEAR, Encoding.REC601, Range.BY_FORMAT);

  /** Transfer functions, which say how numbers and light go together. */
  public enum Transfer {
    /** ITU-R BT.709, also used with BT.601 and BT.2020. */
    REC709(1, 0),
    /** IEC 61966-2-1, sRGB. */
    SRGB(2, 0),
    /** IEC 61966-2-5, opRGB. */
    OPRGB(3, 0),
    /** SMPTE 240M. */
    SMPTE240M(4, 0),
    /** None: numbers are in proportion to light. */
    LINEAR(5, /* drmCode= */ -1),
    /** SMPTE RP 431-2. */
    DCI_P3(6, 0),
    /** The perceptual quantizer, SMPTE ST 2084. */
    PQ(7, 2),
    /** Hybrid log-gamma, ITU-R BT.2100, for which V4L2 has no code. */
    HLG(/* v4l2Code= */ -1, 3);

    private final int v4l2Code;
    private final int drmCode;

    Transfer(int v4l2Code, int drmCode) {
      this.v4l2Code = v4l2Code;
      this.drmCode = drmCode;
    }

    /** {@return the code in {@code struct v4l2_pix_format.xfer_func}; empty if V4L2 has none} */
    public OptionalInt v4l2Code() {
      return code(v4l2Code);
    }

    /**
     * {@return the code in {@code struct hdr_metadata_infoframe.eotf} of a connector's property
     * {@code HDR_OUTPUT_METADATA}, by CTA-861-G; empty if it has none}
     */
    public OptionalInt drmCode() {
      return code(drmCode);
    }
  }

  /** Encodings, which say how Y'CbCr is made of R'G'B'; they do not matter to RGB formats. */
  public enum Encoding {
    /** ITU-R BT.601. */
    REC601(1, "ITU-R BT.601 YCbCr"),
    /** ITU-R BT.709. */
    REC709(2, "ITU-R BT.709 YCbCr"),
    /** xvYCC, encoded as BT.601. */
    XVYCC_601(3, ""),
    /** xvYCC, encoded as BT.709. */
    XVYCC_709(4, ""),
    /** ITU-R BT.2020 with non-constant luminance. */
    BT2020(6, "ITU-R BT.2020 YCbCr"),
    /** ITU-R BT.2020 with constant luminance. */
    BT2020_CONSTANT_LUMINANCE(7, ""),
    /** SMPTE 240M. */
    SMPTE240M(8, "");

    private final int v4l2Code;
    private final String drmName;

    Encoding(int v4l2Code, String drmName) {
      this.v4l2Code = v4l2Code;
      this.drmName = drmName;
    }

    /** {@return the code in {@code struct v4l2_pix_format.ycbcr_enc}} */
    public int v4l2Code() {
      return v4l2Code;
    }

    /**
     * {@return the name among the values of a plane's property {@code COLOR_ENCODING}; empty if
     * none}
     */
    public Optional<String> drmName() {
      return named(drmName);
    }
  }

  /** Ranges, which say which numbers are black and white. */
  public enum Range {
    /** RGB in full range and Y'CbCr in limited range. */
    BY_FORMAT(0, ""),
    /** All numbers: of 8 bits, 0 to 255. */
    FULL(1, "YCbCr full range"),
    /** With room below and above: of 8 bits, 16 to 235 for luma and 16 to 240 for chroma. */
    LIMITED(2, "YCbCr limited range");

    private final int v4l2Code;
    private final String drmName;

    Range(int v4l2Code, String drmName) {
      this.v4l2Code = v4l2Code;
      this.drmName = drmName;
    }

    /** {@return the code in {@code struct v4l2_pix_format.quantization}} */
    public int v4l2Code() {
      return v4l2Code;
    }

    /**
     * {@return the name among the values of a plane's property {@code COLOR_RANGE}; empty if none}
     */
    public Optional<String> drmName() {
      return named(drmName);
    }
  }

  private final int v4l2Code;
  private final Transfer transfer;
  private final Encoding encoding;
  private final Range range;

  ColorSpace(int v4l2Code, Transfer transfer, Encoding encoding, Range range) {
    this.v4l2Code = v4l2Code;
    this.transfer = transfer;
    this.encoding = encoding;
    this.range = range;
  }

  /**
   * {@return the code in {@code struct v4l2_pix_format.colorspace}, which names the primaries;
   * empty if V4L2 has none}
   */
  public OptionalInt v4l2Code() {
    return code(v4l2Code);
  }

  /** {@return the transfer function} */
  public Transfer transfer() {
    return transfer;
  }

  /** {@return the encoding of Y'CbCr} */
  public Encoding encoding() {
    return encoding;
  }

  /** {@return the range of numbers} */
  public Range range() {
    return range;
  }

  private static OptionalInt code(int code) {
    return code < 0 ? OptionalInt.empty() : OptionalInt.of(code);
  }

  private static Optional<String> named(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }
}
