package dev.dmabroker.samples.gstreamer;

import java.util.List;
import java.util.Locale;

/** Encoders of GStreamer, with what decodes their files. */
enum Encoder {
  /** H.264 by x264. */
  X264("x264enc tune=zerolatency speed-preset=ultrafast bitrate=4000", "avdec_h264"),
  /** FFV1, which loses nothing. */
  FFV1("videoconvert ! video/x-raw,format=I420 ! avenc_ffv1", "avdec_ffv1"),
  /** JPEG. */
  JPEG("jpegenc quality=90", "jpegdec"),
  /** VP8. */
  VP8("vp8enc deadline=1 target-bitrate=4000000", "vp8dec");

  private final String coding;
  private final String decoding;

  Encoder(String coding, String decoding) {
    this.coding = coding;
    this.decoding = decoding;
  }

  /** The elements from frames to a stream for a file. */
  String coding() {
    return coding;
  }

  /** The element from there to frames. */
  String decoding() {
    return decoding;
  }

  /** The elements that this needs, by name. */
  List<String> elements() {
    String coder = coding.substring(coding.lastIndexOf("! ") + 1).strip();
    return List.of(coder.split(" ", 2)[0], decoding, "matroskamux", "matroskademux");
  }

  /** As it is written on a command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
