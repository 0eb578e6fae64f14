package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.CallbackReference;
import com.sun.jna.CallbackThreadInitializer;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dmabroker.MappedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One GstMemory for one place of a buffer, which is lent to GStreamer again and again.
 *
 * <p><b>How it is known that GStreamer has let go.</b> An element may copy a GstBuffer without its
 * contents, and cut a part out of memory. The new buffer or part then refers to this memory, and
 * may outlive the buffer that was pushed. So it is the memory that is watched, not the buffer: each
 * part holds a reference to the whole. When the last reference goes, GStreamer calls the object's
 * {@code dispose}. That call takes a reference anew, which lets the object live on, and so ends the
 * loan. Pools of GStreamer get their objects back in the same way. As the object is there for the
 * next frame in this place, what an element has kept for it (a framebuffer of kmssink, a mapping)
 * is there, too.
 *
 * <p><b>Why nothing is used after it is gone.</b> The memory owns a duplicate of the descriptor, so
 * that it is valid whatever becomes of the broker. There is one callback for all memories, which a
 * constant keeps for as long as this class is loaded. It finds the memory by its address in a map,
 * from which it is taken before its last reference goes. The callback comes on any thread of
 * GStreamer's, and lets nothing that is thrown get into it.
 */
final class LentMemory {
  private static final System.Logger LOGGER = System.getLogger(LentMemory.class.getName());

  /** What lives, by address. */
  private static final Map<Long, LentMemory> LIVE = new ConcurrentHashMap<>();

  private static final GstNative.Dispose DISPOSE = LentMemory::disposed;
  private static final Pointer DISPOSE_POINTER = disposePointer();

  /** Threads of GStreamer's stay the JVM's until they end, rather than anew for each frame. */
  private static Pointer disposePointer() {
    Native.setCallbackThreadInitializer(
        DISPOSE, new CallbackThreadInitializer(/* daemon= */ true, /* detach= */ false, "gst"));
    return CallbackReference.getFunctionPointer(DISPOSE);
  }

  private final Pointer memory;
  private final boolean dmaBuf;

  /** What ends the loan; null while the memory is not lent. */
  private final AtomicReference<@Nullable Runnable> end = new AtomicReference<>();

  private LentMemory(Pointer memory, boolean dmaBuf) {
    this.memory = memory;
    this.dmaBuf = dmaBuf;
  }

  /**
   * Makes GstMemory of the memory in which a buffer lies.
   *
   * @throws GstMemoryException if GStreamer refuses
   */
  static LentMemory of(MappedMemory mapped) {
    int fd = mapped.dupFd();
    boolean dmaBuf = isDmaBuf(fd);
    Pointer memory = allocate(fd, mapped.layout().sizeBytes(), dmaBuf);
    if (memory == null) {
      GstNative.c().close(fd);
      throw new GstMemoryException("GStreamer made no memory of a descriptor of " + mapped);
    }
    GstNative.MiniObject object = GstNative.MiniObject.at(memory);
    object.addFlag(GstNative.MEMORY_READONLY);
    object.disposeBy(DISPOSE_POINTER);
    LentMemory made = new LentMemory(memory, dmaBuf);
    LIVE.put(Pointer.nativeValue(memory), made);
    return made;
  }

  private static @Nullable Pointer allocate(int fd, long sizeBytes, boolean dmaBuf) {
    GstNative.Allocators allocators = GstNative.allocators();
    int flags = GstNative.FD_MEMORY_KEEP_MAPPED;
    Pointer allocator =
        dmaBuf ? allocators.gst_dmabuf_allocator_new() : allocators.gst_fd_allocator_new();
    try {
      return dmaBuf
          ? allocators.gst_dmabuf_allocator_alloc_with_flags(allocator, fd, sizeBytes, flags)
          : allocators.gst_fd_allocator_alloc(allocator, fd, sizeBytes, flags);
    } finally {
      GObjects.unref(allocator); // The memory has a reference of its own.
    }
  }

  /**
   * The kernel names the files of dma-bufs so, with the buffer's name behind the colon if it has
   * one; drivers/dma-buf/dma-buf.c, dmabuffs_dname.
   */
  static boolean isDmaBuf(int fd) {
    try {
      Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
      return file.toString().startsWith("/dmabuf:"); // A path would compare whole names.
    } catch (IOException e) {
      throw new GstMemoryException("what descriptor " + fd + " is, /proc does not tell", e);
    }
  }

  /** Whether the memory is a dma-buf. */
  boolean isDmaBuf() {
    return dmaBuf;
  }

  /**
   * Appends the memory to a buffer.
   *
   * @param whenBack runs once GStreamer has let go, on the thread that does so
   * @throws IllegalStateException if it is lent already
   */
  void lendTo(Pointer buffer, Runnable whenBack) {
    if (!end.compareAndSet(null, whenBack)) {
      throw new IllegalStateException(
          "GStreamer has this memory already; each consumer of a stream needs a GstFrames of its"
              + " own");
    }
    GstNative.core().gst_buffer_append_memory(buffer, memory);
  }

  private static int disposed(Pointer object) {
    LentMemory its = LIVE.get(Pointer.nativeValue(object));
    if (its == null) {
      return 1; // It has been forgotten.
    }
    GstNative.core().gst_mini_object_ref(object);
    its.back();
    return 0;
  }

  private void back() {
    Runnable ended = end.getAndSet(null);
    try {
      if (ended != null) {
        ended.run();
      }
    } catch (Throwable t) {
      LOGGER.log(System.Logger.Level.WARNING, "a frame that came back from GStreamer", t);
    }
  }

  /** Gives the memory back, which is not lent. */
  void forget() {
    LIVE.remove(Pointer.nativeValue(memory));
    GstNative.core().gst_mini_object_unref(memory);
  }

  /** How many memories there are. */
  static int count() {
    return LIVE.size();
  }
}
