package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** Objects of GLib, as allocators and elements are, by their references, and its texts. */
final class GObjects {
  private GObjects() {}

  /** The functions of libgobject-2.0. */
  interface GObject extends Library {
    /** Adds a reference. {@return the object} */
    Pointer g_object_ref(Pointer object);

    /** Gives a reference back. */
    void g_object_unref(Pointer object);
  }

  /** The functions of libglib-2.0. */
  interface GLib extends Library {
    /** Gives memory back. */
    void g_free(Pointer memory);
  }

  private static final GLib GLIB = Native.load("libglib-2.0.so.0", GLib.class);
  private static final GObject LIBRARY = Native.load("libgobject-2.0.so.0", GObject.class);

  static void ref(Pointer object) {
    Pointer unused = LIBRARY.g_object_ref(object);
  }

  /** Reads a text that is the caller's, and gives it back. */
  static String text(Pointer its) {
    try {
      return its.getString(0, "UTF-8");
    } finally {
      GLIB.g_free(its);
    }
  }

  static void unref(Pointer object) {
    LIBRARY.g_object_unref(object);
  }
}
