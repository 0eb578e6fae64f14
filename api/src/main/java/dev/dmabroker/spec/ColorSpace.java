package dev.dmabroker.spec;

/**
 * The colour spaces of pictures, which say what the numbers of a picture mean as colours. The
 * constants have V4L2's names.
 *
 * <p>The codes are those of {@code enum v4l2_colorspace} in {@code linux/videodev2.h}. Each implies
 * a transfer function, a Y'CbCr encoding and a quantization unless the format says otherwise. Two
 * codes of that header have no constant here: {@code DEFAULT}, which leaves the choice to a driver,
 * and {@code BT878}, which the header says no driver returns.
 */
public enum ColorSpace {
  /** ITU-R BT.601 video of standard definition; V4L2 calls it SMPTE170M. */
  REC601(1),
  /** SMPTE 240M, high definition before {@link #REC709}. */
  SMPTE240M(2),
  /** ITU-R BT.709, high definition. */
  REC709(3),
  /** ITU-R BT.470 System M, which is NTSC of 1953. */
  BT470_M(5),
  /** ITU-R BT.470 System B and G, which is PAL and SECAM by EBU Tech 3213. */
  BT470_BG(6),
  /** What JPEG files have: {@link #SRGB} with BT.601's encoding in full range. */
  JPEG(7),
  /** IEC 61966-2-1, the RGB of most webcams and displays. */
  SRGB(8),
  /** IEC 61966-2-5, opRGB, known as Adobe RGB. */
  OPRGB(9),
  /** ITU-R BT.2020, ultra high definition. */
  BT2020(10),
  /** The numbers that the sensor gave, unprocessed. */
  RAW(11),
  /** SMPTE RP 431-2, cinema projectors. */
  DCI_P3(12);

  private final int v4l2Code;

  ColorSpace(int v4l2Code) {
    this.v4l2Code = v4l2Code;
  }

  /** The code in {@code struct v4l2_pix_format.colorspace}. */
  public int v4l2Code() {
    return v4l2Code;
  }
}
