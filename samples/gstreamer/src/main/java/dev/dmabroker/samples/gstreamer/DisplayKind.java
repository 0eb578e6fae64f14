package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.spec.PixelFormat;
import java.util.Locale;

/** What joins halfway. */
enum DisplayKind {
  /** This program plays it. Lines of 352 bytes are no multiple of 64: they get longer. */
  MODELLED(new Picture(352, 288)),
  /** GStreamer's v4l2sink in this process, on the output of vivid that takes contiguous memory. */
  V4L2SINK(new Picture(640, 480)),
  /** GStreamer's kmssink in a process of its own, on vkms, which shows no NV12. */
  KMSSINK(new Picture(640, 480, PixelFormat.XRGB8888));

  private final Picture picture;

  DisplayKind(Picture picture) {
    this.picture = picture;
  }

  /** The pictures that it shows. */
  Picture picture() {
    return picture;
  }

  /** As it is written on a command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
