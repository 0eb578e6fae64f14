package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.spec.PixelFormat;
import java.util.Locale;

/** What joins halfway. */
enum DisplayKind {
  /** This program plays it. */
  MODELLED,
  /** GStreamer's v4l2sink in this process, on the output of vivid that takes contiguous memory. */
  V4L2SINK,
  /** GStreamer's kmssink in a process of its own, on vkms. */
  KMSSINK;

  /** The pictures that it shows. */
  Picture picture() {
    return switch (this) {
      case MODELLED -> new Picture(352, 288); // Its lines are no multiple of 64: they get longer.
      case V4L2SINK -> new Picture(640, 480);
      case KMSSINK -> new Picture(640, 480, PixelFormat.XRGB8888); // vkms shows no NV12.
    };
  }

  /** As it is written on a command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
