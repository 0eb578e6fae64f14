package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** Objects of GLib, as allocators are, by their references. */
final class GObjects {
  private GObjects() {}

  /** The functions of libgobject-2.0. */
  interface GObject extends Library {
    /** Gives a reference back. */
    void g_object_unref(Pointer object);
  }

  private static final GObject LIBRARY = Native.load("libgobject-2.0.so.0", GObject.class);

  static void unref(Pointer object) {
    LIBRARY.g_object_unref(object);
  }
}
