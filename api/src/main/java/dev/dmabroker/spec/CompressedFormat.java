package dev.dmabroker.spec;

import static com.google.common.collect.ImmutableMap.toImmutableMap;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Optional;

/**
 * Formats of compressed video and pictures. To the broker their contents are bytes, which a {@link
 * BlobSpec} describes: they have no planes and no strides, and how many there are is known only
 * when they are there. So a buffer for them has a size alone, which a driver's {@code sizeimage}
 * tells.
 *
 * <p>The codes are those of {@code linux/videodev2.h}, which has {@link #AV1_FRAME} from Linux 6.7
 * on. DRM has no compressed formats. Formats of single drivers have no constant here.
 */
public enum CompressedFormat {
  /** Motion-JPEG, one JPEG file a frame, which may lack Huffman tables. */
  MJPEG("MJPG"),
  /** JPEG files. */
  JPEG("JPEG"),
  /** H.263. */
  H263("H263"),
  /** H.264 with start codes. */
  H264("H264"),
  /** H.264 without start codes. */
  H264_NO_START_CODES("AVC1"),
  /** H.264 with several views. */
  H264_MULTIVIEW("M264"),
  /** Slices of H.264 for a decoder that leaves their headers to the application. */
  H264_SLICE("S264"),
  /** HEVC, which is H.265. */
  HEVC("HEVC"),
  /** Slices of HEVC for a decoder that leaves their headers to the application. */
  HEVC_SLICE("S265"),
  /** MPEG-1. */
  MPEG1("MPG1"),
  /** MPEG-2. */
  MPEG2("MPG2"),
  /** Slices of MPEG-2 for a decoder that leaves their headers to the application. */
  MPEG2_SLICE("MG2S"),
  /** MPEG-4 part 2. */
  MPEG4("MPG4"),
  /** Xvid. */
  XVID("XVID"),
  /** VC-1 as SMPTE 421M, Annex G has it. */
  VC1_ANNEX_G("VC1G"),
  /** VC-1 as SMPTE 421M, Annex L has it. */
  VC1_ANNEX_L("VC1L"),
  /** VP8. */
  VP8("VP80"),
  /** Frames of VP8 for a decoder that leaves their headers to the application. */
  VP8_FRAME("VP8F"),
  /** VP9. */
  VP9("VP90"),
  /** Frames of VP9 for a decoder that leaves their headers to the application. */
  VP9_FRAME("VP9F"),
  /** Frames of AV1 for a decoder that leaves their headers to the application. */
  AV1_FRAME("AV1F"),
  /** The Fast Walsh Hadamard Transform of the vicodec driver, which is for tests. */
  FWHT("FWHT");

  private static final ImmutableMap<Integer, CompressedFormat> BY_CODE =
      Arrays.stream(values()).collect(toImmutableMap(CompressedFormat::v4l2Code, format -> format));

  private final int v4l2Code;

  CompressedFormat(String v4l2) {
    this.v4l2Code = PixelFormat.fourcc(v4l2);
  }

  /**
   * {@return the format that has a code of V4L2; empty if no format here has the code}
   *
   * @param code a code of V4L2
   */
  public static Optional<CompressedFormat> ofV4l2(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /** {@return the code in {@code struct v4l2_pix_format.pixelformat}} */
  public int v4l2Code() {
    return v4l2Code;
  }
}
