package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Allocates the buffers that a V4L2 driver has for one of its queues (V4L2_MEMORY_MMAP), as
 * dma-bufs.
 *
 * <p>A driver frees all buffers of a queue or, since kernel 6.10, single ones. So a buffer that
 * comes back is taken away if the driver can do that, and is otherwise kept to be given out again;
 * when the last comes back, all are freed. A buffer with a dma-buf that is still held elsewhere is
 * not given out: the driver tells that (V4L2_BUF_FLAG_MAPPED).
 *
 * <p>Thread-safe; requests are made one at a time.
 */
public final class V4l2Source implements Source {
  /** The most buffers that a queue could have before kernel 6.9: VIDEO_MAX_FRAME of videodev2.h. */
  private static final int MOST_BUFFERS = 32;

  private final String heap;
  private final V4l2Node node;
  private final int type;
  private final ByteBuffer format;
  private final long bufferBytes;
  private final Leftovers leftovers = new Leftovers();

  /** The buffers that the queue has. */
  private final BitSet made = new BitSet();

  /** Of the queue's buffers, those that have ever been out. */
  private final BitSet used = new BitSet();

  /** Of the queue's buffers, those that are out now. */
  private final BitSet out = new BitSet();

  private final Map<FileId, Integer> indexes = new HashMap<>();
  private boolean adds = true;
  private boolean removes = true;

  private V4l2Source(String heap, V4l2Node node, int type, ByteBuffer format, long bufferBytes) {
    this.heap = heap;
    this.node = node;
    this.type = type;
    this.format = format;
    this.bufferBytes = bufferBytes;
  }

  /**
   * Makes a source of a queue of an open node.
   *
   * @param node taken over, if this does not throw
   * @param output whether it is the queue that the device reads from
   * @throws HeapException if the queue does not exist, or its pictures lie in several memories
   */
  static V4l2Source of(String heap, V4l2Node node, boolean output) throws HeapException {
    ByteBuffer capability = request(VideoDev2.CAPABILITY);
    require(node.ask(VideoDev2.VIDIOC_QUERYCAP, capability), "VIDIOC_QUERYCAP of " + heap);
    int all = capability.getInt(VideoDev2.CAPABILITY__CAPABILITIES);
    int caps =
        (all & (int) VideoDev2.V4L2_CAP_DEVICE_CAPS) != 0
            ? capability.getInt(VideoDev2.CAPABILITY__DEVICE_CAPS)
            : all;
    int single =
        VideoDev2.V4L2_CAP_VIDEO_M2M
            | (output ? VideoDev2.V4L2_CAP_VIDEO_OUTPUT : VideoDev2.V4L2_CAP_VIDEO_CAPTURE);
    int multi =
        VideoDev2.V4L2_CAP_VIDEO_M2M_MPLANE
            | (output
                ? VideoDev2.V4L2_CAP_VIDEO_OUTPUT_MPLANE
                : VideoDev2.V4L2_CAP_VIDEO_CAPTURE_MPLANE);
    if ((caps & VideoDev2.V4L2_CAP_STREAMING) == 0 || (caps & (single | multi)) == 0) {
      throw new HeapException(
          Kind.FAILED, heap + ": the node has no queue for " + (output ? "output" : "capture"));
    }
    boolean planar = (caps & multi) != 0;
    int type =
        output
            ? (planar
                ? VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
                : VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT)
            : (planar
                ? VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
                : VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE);
    ByteBuffer format = request(VideoDev2.FORMAT).putInt(VideoDev2.FORMAT__TYPE, type);
    require(node.ask(VideoDev2.VIDIOC_G_FMT, format), "VIDIOC_G_FMT of " + heap);
    int planes = planar ? format.get(VideoDev2.FORMAT__MP_NUM_PLANES) & 0xff : 1;
    if (planes != 1) {
      throw new HeapException(
          Kind.FAILED,
          heap
              + ": each picture lies in "
              + planes
              + " memories, and a buffer is one; set a format whose planes lie together, such as"
              + " NV12 rather than NM12");
    }
    long sizeBytes =
        format.getInt(
                planar
                    ? VideoDev2.FORMAT__MP_PLANES + VideoDev2.PLANE_PIX_FORMAT__SIZEIMAGE
                    : VideoDev2.FORMAT__SIZEIMAGE)
            & 0xffff_ffffL;
    if (sizeBytes == 0) {
      throw new HeapException(
          Kind.FAILED, heap + ": no format is set (sizeimage is 0); set one with VIDIOC_S_FMT");
    }
    return new V4l2Source(heap, node, type, format, Pages.roundUp(heap, sizeBytes, Pages.size()));
  }

  /**
   * Makes a source of a queue of a node that the application has opened.
   *
   * @param fd a duplicate is taken
   */
  public static V4l2Source of(String heap, int fd, boolean output) throws HeapException {
    NativeAccess.require();
    V4l2Node node = V4l2Node.of(Fd.duplicateOf(fd, heap));
    try {
      return of(heap, node, output);
    } catch (HeapException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** The bytes of a buffer, in whole pages; the format decides them. */
  public long bufferBytes() {
    return bufferBytes;
  }

  @Override
  public String type() {
    return "v4l2";
  }

  @Override
  public LinuxBacking allocate(String label, long sizeBytes) throws HeapException {
    if (Pages.roundUp(heap, sizeBytes, Pages.size()) > bufferBytes) {
      throw new HeapException(
          Kind.TOO_LARGE,
          heap
              + " cannot give "
              + sizeBytes
              + " bytes: the format makes all buffers "
              + bufferBytes
              + " bytes large (sizeimage); set a larger one and open the heap anew, or use another"
              + " heap");
    }
    String what = heap + ":" + label;
    Taken taken = take(what);
    LinuxBacking backing =
        new LinuxBacking(
            taken.fd(), bufferBytes, true, what, leftovers, () -> giveBack(taken.index()));
    try {
      backing.name(label);
      if (taken.used()) {
        backing.zero(); // videobuf2 clears new buffers.
      }
      return backing;
    } catch (HeapException | RuntimeException | Error e) {
      backing.release();
      throw e;
    }
  }

  private record Taken(int index, Fd fd, boolean used) {}

  /** Takes a buffer that is idle, or adds one to the queue. */
  private synchronized Taken take(String what) throws HeapException {
    OptionalInt idle = idle();
    int index = idle.isPresent() ? idle.getAsInt() : add(what);
    try {
      int fd = export(index, what);
      boolean before = used.get(index);
      out.set(index);
      used.set(index);
      FileId.of(fd).ifPresent(id -> indexes.put(id, index));
      return new Taken(index, new Fd(fd, what), before);
    } catch (HeapException e) {
      boolean unused = !out.isEmpty() || freesAll();
      throw e;
    }
  }

  /** A buffer that is not out and is held nowhere. */
  private OptionalInt idle() {
    for (int i = made.nextSetBit(0); i >= 0; i = made.nextSetBit(i + 1)) {
      if (!out.get(i) && !isHeld(i)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether the driver says that the buffer is still held elsewhere. */
  private boolean isHeld(int index) {
    try (Memory planes = new Memory((long) VideoDev2.VIDEO_MAX_PLANES * VideoDev2.PLANE)) {
      planes.clear();
      ByteBuffer buffer =
          request(VideoDev2.BUFFER)
              .putInt(VideoDev2.BUFFER__INDEX, index)
              .putInt(VideoDev2.BUFFER__TYPE, type)
              .putInt(VideoDev2.BUFFER__MEMORY, VideoDev2.V4L2_MEMORY_MMAP);
      if (type >= VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) {
        buffer
            .putLong(VideoDev2.BUFFER__PLANES, Pointer.nativeValue(planes))
            .putInt(VideoDev2.BUFFER__LENGTH, VideoDev2.VIDEO_MAX_PLANES);
      }
      return node.ask(VideoDev2.VIDIOC_QUERYBUF, buffer) != null
          || (buffer.getInt(VideoDev2.BUFFER__FLAGS) & VideoDev2.V4L2_BUF_FLAG_MAPPED) != 0;
    }
  }

  /**
   * Adds buffers to the queue, a single one if the driver can do that, and returns the index of the
   * first.
   */
  private int add(String what) throws HeapException {
    if (adds) {
      ByteBuffer create =
          request(VideoDev2.CREATE_BUFFERS)
              .putInt(VideoDev2.CREATE_BUFFERS__COUNT, 1)
              .putInt(VideoDev2.CREATE_BUFFERS__MEMORY, VideoDev2.V4L2_MEMORY_MMAP)
              .put(VideoDev2.CREATE_BUFFERS__FORMAT, format, 0, VideoDev2.FORMAT);
      Errno refusal = node.ask(VideoDev2.VIDIOC_CREATE_BUFS, create);
      if (refusal == null) {
        return granted(
            create.getInt(VideoDev2.CREATE_BUFFERS__COUNT),
            create.getInt(VideoDev2.CREATE_BUFFERS__INDEX),
            1,
            what);
      }
      if (!refusal.equals(Errno.ENOTTY)) {
        throw refusal(refusal, "VIDIOC_CREATE_BUFS for " + what);
      }
      adds = false;
    }
    if (!made.isEmpty()) {
      throw new HeapException(
          Kind.FULL,
          heap
              + " has no buffer left for "
              + what
              + ": the driver granted "
              + made.cardinality()
              + " of "
              + MOST_BUFFERS
              + " at first, and adds none later; release buffers, or use another heap");
    }
    int count = requestBuffers(MOST_BUFFERS, what);
    return granted(count, 0, MOST_BUFFERS, what);
  }

  private int granted(int count, int first, int asked, String what) throws HeapException {
    if (count < 1) {
      throw new HeapException(
          Kind.FULL,
          heap
              + " has no buffer left for "
              + what
              + ": the driver granted none of "
              + asked
              + "; release buffers, or use another heap");
    }
    made.set(first, first + count);
    return first;
  }

  private int requestBuffers(int count, String what) throws HeapException {
    ByteBuffer buffers =
        request(VideoDev2.REQUESTBUFFERS)
            .putInt(VideoDev2.REQUESTBUFFERS__COUNT, count)
            .putInt(VideoDev2.REQUESTBUFFERS__TYPE, type)
            .putInt(VideoDev2.REQUESTBUFFERS__MEMORY, VideoDev2.V4L2_MEMORY_MMAP);
    Errno refusal = node.ask(VideoDev2.VIDIOC_REQBUFS, buffers);
    if (refusal != null) {
      throw refusal(refusal, "VIDIOC_REQBUFS of " + count + " for " + what);
    }
    return buffers.getInt(VideoDev2.REQUESTBUFFERS__COUNT);
  }

  /** Makes a dma-buf of a buffer. */
  private int export(int index, String what) throws HeapException {
    ByteBuffer export =
        request(VideoDev2.EXPORTBUFFER)
            .putInt(VideoDev2.EXPORTBUFFER__TYPE, type)
            .putInt(VideoDev2.EXPORTBUFFER__INDEX, index)
            .putInt(VideoDev2.EXPORTBUFFER__FLAGS, LibC.O_RDWR | LibC.O_CLOEXEC);
    Errno refusal = node.ask(VideoDev2.VIDIOC_EXPBUF, export);
    if (refusal != null) {
      throw refusal(refusal, "VIDIOC_EXPBUF of buffer " + index + " for " + what);
    }
    return export.getInt(VideoDev2.EXPORTBUFFER__FD);
  }

  private static HeapException refusal(Errno errno, String asked) {
    HeapException refusal = errno.failure(asked);
    if (errno.equals(Errno.ENODEV)) {
      return new HeapException(
          refusal.kind(), refusal.getMessage() + "; the device is gone, use another heap");
    }
    if (errno.equals(Errno.EBUSY)) {
      return new HeapException(
          refusal.kind(),
          refusal.getMessage() + "; the queue streams, or its buffers are another program's");
    }
    return refusal;
  }

  /**
   * Takes a buffer back. The dma-buf has been closed here. To remove the last buffer alone would
   * leave the queue to this opening, and others would be told EBUSY; to free all gives it up.
   */
  private synchronized void giveBack(int index) {
    out.clear(index);
    indexes.values().removeIf(its -> its == index);
    if (!out.isEmpty() || !freesAll()) {
      remove(index);
    }
  }

  /** Takes one buffer away, if the driver can do that. */
  private void remove(int index) {
    if (removes) {
      ByteBuffer remove =
          request(VideoDev2.REMOVE_BUFFERS)
              .putInt(VideoDev2.REMOVE_BUFFERS__INDEX, index)
              .putInt(VideoDev2.REMOVE_BUFFERS__COUNT, 1)
              .putInt(VideoDev2.REMOVE_BUFFERS__TYPE, type);
      Errno refusal = node.ask(VideoDev2.VIDIOC_REMOVE_BUFS, remove);
      if (refusal == null) {
        made.clear(index);
        used.clear(index);
      } else if (refusal.equals(Errno.ENOTTY)) {
        removes = false;
      }
    }
  }

  /**
   * Frees all buffers. They are kept if the driver does not free them now, for example because it
   * streams, until the next comes back; the file's end frees them in any case.
   *
   * @return whether the queue has none
   */
  private boolean freesAll() {
    if (made.isEmpty()) {
      return true;
    }
    try {
      int unused = requestBuffers(0, "none");
      made.clear();
      used.clear();
      return true;
    } catch (HeapException e) {
      return false;
    }
  }

  /** The number by which the queue knows a buffer that is out, by any descriptor of its dma-buf. */
  public synchronized OptionalInt indexOf(int fd) {
    Optional<FileId> id = FileId.of(fd);
    Integer index = id.map(indexes::get).orElse(null);
    return index == null ? OptionalInt.empty() : OptionalInt.of(index);
  }

  private static void require(@Nullable Errno refusal, String asked) throws HeapException {
    if (refusal != null) {
      throw refusal(refusal, asked);
    }
  }

  private static ByteBuffer request(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public Leftovers leftovers() {
    return leftovers;
  }

  @Override
  public synchronized void close() {
    node.close();
  }
}
