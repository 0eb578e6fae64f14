package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The text of the last caps, so that it is not made anew for each buffer. The caps are held, as
 * others could come to lie at the same address. Used by one thread.
 */
final class CapsText implements AutoCloseable {
  private @Nullable Pointer held;
  private String text = "";

  /** The text of a sample's caps; empty if it has none. */
  String of(Pointer sample) {
    Pointer caps = GstNative.core().gst_sample_get_caps(sample);
    if (caps == null) {
      return "";
    }
    if (!caps.equals(held)) {
      close();
      held = GstNative.core().gst_mini_object_ref(caps);
      text = GObjects.text(GstNative.core().gst_caps_to_string(caps));
    }
    return text;
  }

  @Override
  public void close() {
    Pointer its = held;
    held = null;
    if (its != null) {
      GstNative.core().gst_mini_object_unref(its);
    }
  }
}
