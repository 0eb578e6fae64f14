package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.LongByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions of GStreamer that gst1-java-core does not bind, by the names that GStreamer's
 * reference has them under, and the structs that they take. A size (gsize) is a long here: the
 * system has to be a 64-bit one.
 */
final class GstNative {
  /** GstFdMemoryFlags: a mapping is kept while the memory lives, for the next one. */
  static final int FD_MEMORY_KEEP_MAPPED = 1;

  /** GstMiniObjectFlags, GstMemoryFlags: no element may map the memory to write to it. */
  static final int MEMORY_READONLY = 1 << 1;

  /** The most planes of a picture, GST_VIDEO_MAX_PLANES. */
  static final int MAX_PLANES = 4;

  private static @Nullable Libraries loaded;

  private GstNative() {}

  /** The libraries. */
  private record Libraries(Core core, Allocators allocators, Video video, App app, C c) {}

  /** Loads the libraries when they are first used, so that a machine without them is told why. */
  private static synchronized Libraries libraries() {
    Libraries found = loaded;
    if (found == null) {
      if (Native.SIZE_T_SIZE != Long.BYTES) {
        throw new GstMemoryException("this binding of GStreamer is for 64-bit systems");
      }
      found =
          new Libraries(
              Native.load("libgstreamer-1.0.so.0", Core.class),
              Native.load("libgstallocators-1.0.so.0", Allocators.class),
              Native.load("libgstvideo-1.0.so.0", Video.class),
              Native.load("libgstapp-1.0.so.0", App.class),
              Native.load("c", C.class));
      loaded = found;
    }
    return found;
  }

  static Core core() {
    return libraries().core();
  }

  static Allocators allocators() {
    return libraries().allocators();
  }

  static Video video() {
    return libraries().video();
  }

  static App app() {
    return libraries().app();
  }

  static C c() {
    return libraries().c();
  }

  /** The core, libgstreamer-1.0. */
  interface Core extends Library {
    /** Adds a reference; also to an object that has none and is being disposed of. */
    Pointer gst_mini_object_ref(Pointer object);

    /** Gives a reference back; the last one disposes of the object. */
    void gst_mini_object_unref(Pointer object);

    /** Puts memory at the end of a buffer. The caller's reference passes on. */
    void gst_buffer_append_memory(Pointer buffer, Pointer memory);

    /** {@return how many memories a buffer has} */
    int gst_buffer_n_memory(Pointer buffer);

    /** {@return one of a buffer's memories, which stays the buffer's} */
    Pointer gst_buffer_peek_memory(Pointer buffer, int index);

    /** {@return how many bytes of memory are used, and where these begin} */
    long gst_memory_get_sizes(Pointer memory, LongByReference offset, LongByReference maxSize);

    /** {@return the buffer, which stays the sample's; null if there is none} */
    @Nullable Pointer gst_sample_get_buffer(Pointer sample);

    /** {@return what the buffer holds, which stays the sample's; null if that is not known} */
    @Nullable Pointer gst_sample_get_caps(Pointer sample);

    /** Takes the caps. {@return the first of them with one value for each field} */
    Pointer gst_caps_fixate(Pointer caps);

    /** {@return the caps as text, the caller's, for {@link GObjects#free}} */
    Pointer gst_caps_to_string(Pointer caps);
  }

  /** Memory by descriptors, libgstallocators-1.0. */
  interface Allocators extends Library {
    /** {@return a new allocator of memory by descriptors, the caller's} */
    Pointer gst_fd_allocator_new();

    /** {@return a new allocator of dma-bufs, the caller's} */
    Pointer gst_dmabuf_allocator_new();

    /** {@return memory that owns the descriptor, or null, and then the caller still owns it} */
    @Nullable Pointer gst_fd_allocator_alloc(Pointer allocator, int fd, long size, int flags);

    /** {@return memory that owns the descriptor, or null, and then the caller still owns it} */
    @Nullable Pointer gst_dmabuf_allocator_alloc_with_flags(
        Pointer allocator, int fd, long size, int flags);

    /** {@return not 0 if memory has a descriptor; that of a dma-buf has} */
    int gst_is_fd_memory(Pointer memory);

    /** {@return the descriptor, which stays the memory's} */
    int gst_fd_memory_get_fd(Pointer memory);
  }

  /** The appsink, libgstapp-1.0. */
  interface App extends Library {
    /** Waits for a sample. {@return the caller's; null if none came in time, or none will come} */
    @Nullable Pointer gst_app_sink_try_pull_sample(Pointer sink, long nanos);

    /** {@return not 0 if no sample will come, as the pipeline's end came, or it does not run} */
    int gst_app_sink_is_eos(Pointer sink);
  }

  /** Pictures, libgstvideo-1.0. */
  interface Video extends Library {
    /** {@return the number of a format; 0 if the name is not known} */
    int gst_video_format_from_string(String name);

    /** {@return the name of a format} */
    String gst_video_format_to_string(int format);

    /** Says in a buffer how its picture lies. {@return the meta, the buffer's} */
    @Nullable Pointer gst_buffer_add_video_meta_full(
        Pointer buffer,
        int flags,
        int format,
        int width,
        int height,
        int planes,
        long[] offsets,
        int[] strides);

    /** {@return how the picture in a buffer lies, the buffer's; null if it does not say} */
    @Nullable Pointer gst_buffer_get_video_meta(Pointer buffer);

    /** Reads how a picture lies by default. {@return 0 if the caps are not of pictures} */
    int gst_video_info_from_caps(VideoInfo info, Pointer caps);
  }

  /** The C library. */
  interface C extends Library {
    /** Closes a descriptor. {@return 0, or -1} */
    int close(int fd);
  }

  /** What GstMiniObject.dispose points to: asked when the last reference has gone. */
  interface Dispose extends Callback {
    /** {@return 0 if the object lives on, with a reference that this call has taken} */
    int invoke(Pointer object);
  }

  /** GstMiniObject, the head of a GstMemory and a GstBuffer; gstminiobject.h. */
  @FieldOrder({
    "type",
    "refcount",
    "lockstate",
    "flags",
    "copy",
    "dispose",
    "free",
    "privateNumber",
    "priv"
  })
  public static final class MiniObject extends Structure {
    public long type;
    public int refcount;
    public int lockstate;
    public int flags;
    public @Nullable Pointer copy;
    public @Nullable Pointer dispose;
    public @Nullable Pointer free;
    public int privateNumber;
    public @Nullable Pointer priv;

    /** For JNA, of an object within another. */
    public MiniObject() {}

    private MiniObject(Pointer at) {
      super(at);
    }

    static MiniObject at(Pointer object) {
      MiniObject its = new MiniObject(object);
      its.setAutoSynch(false);
      return its;
    }

    /** Forbids to write to memory that is the caller's alone. */
    void addFlag(int flag) {
      readField("flags");
      flags |= flag;
      writeField("flags");
    }

    /** Has the callback asked when the last reference goes. */
    void disposeBy(Pointer callback) {
      dispose = callback;
      writeField("dispose");
    }
  }

  /** The head of a GstBuffer; gstbuffer.h. */
  @FieldOrder({"head", "pool", "pts"})
  public static final class BufferHead extends Structure {
    public MiniObject head = new MiniObject();
    public @Nullable Pointer pool;
    public long pts;

    private static final long PTS = new BufferHead().fieldOffset("pts");

    /** The time stamp in nanoseconds; -1 if there is none. */
    static long pts(Pointer buffer) {
      return buffer.getLong(PTS);
    }
  }

  /** The head of a GstVideoMeta; gstvideometa.h. */
  @FieldOrder({
    "metaFlags",
    "info",
    "buffer",
    "flags",
    "format",
    "id",
    "width",
    "height",
    "planes",
    "offset",
    "stride"
  })
  public static final class VideoMeta extends Structure {
    public int metaFlags;
    public @Nullable Pointer info;
    public @Nullable Pointer buffer;
    public int flags;
    public int format;
    public int id;
    public int width;
    public int height;
    public int planes;
    public long[] offset = new long[MAX_PLANES];
    public int[] stride = new int[MAX_PLANES];

    /** That of a buffer. */
    VideoMeta(Pointer pointer) {
      super(pointer);
      read();
    }
  }

  /** GstVideoInfo; video-info.h. */
  @FieldOrder({
    "format", "interlaceMode", "flags", "width", "height", "size", "views", "chromaSite", "range",
    "matrix", "transfer", "primaries", "parN", "parD", "fpsN", "fpsD", "offset", "stride",
    "reserved"
  })
  public static final class VideoInfo extends Structure {
    public @Nullable Pointer format;
    public int interlaceMode;
    public int flags;
    public int width;
    public int height;
    public long size;
    public int views;
    public int chromaSite;
    public int range;
    public int matrix;
    public int transfer;
    public int primaries;
    public int parN;
    public int parD;
    public int fpsN;
    public int fpsD;
    public long[] offset = new long[MAX_PLANES];
    public int[] stride = new int[MAX_PLANES];
    public long[] reserved = new long[MAX_PLANES];

    /** Of the format's description this reads the number alone, its first field. */
    int formatNumber() {
      Pointer its = format;
      return its == null ? 0 : its.getInt(0);
    }

    int planes() {
      Pointer its = format;
      return its == null ? 0 : its.getInt(N_PLANES);
    }

    /** Where GstVideoFormatInfo has n_planes; see FormatInfo. */
    private static final long N_PLANES = new FormatInfo().planesAt();
  }

  /** The head of GstVideoFormatInfo; video-format.h. */
  @FieldOrder({
    "format",
    "name",
    "description",
    "flags",
    "bits",
    "components",
    "shift",
    "depth",
    "pixelStride",
    "planes"
  })
  public static final class FormatInfo extends Structure {
    public int format;
    public @Nullable Pointer name;
    public @Nullable Pointer description;
    public int flags;
    public int bits;
    public int components;
    public int[] shift = new int[MAX_PLANES];
    public int[] depth = new int[MAX_PLANES];
    public int[] pixelStride = new int[MAX_PLANES];
    public int planes;

    long planesAt() {
      return fieldOffset("planes");
    }
  }
}
