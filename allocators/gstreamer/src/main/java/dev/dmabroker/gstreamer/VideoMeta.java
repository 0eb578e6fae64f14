package dev.dmabroker.gstreamer;

import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the planes of a picture lie in a buffer, as GStreamer serialises its {@code GstVideoMeta}
 * from 1.24 on (gstmeta.c, gstvideometa.c), little-endian on all machines:
 *
 * <pre>
 *   header   u32 bytes in all, u32 length of the name, name, 0, u8 version
 *   body     i32 flags, i32 format, u32 width, u32 height, u32 planes, u64 offset of each, i32 stride of each,
 *            u32 padding at the top, the bottom, the left and the right, u32 alignment of each stride
 * </pre>
 *
 * @param format the number of {@code GstVideoFormat}
 * @param width of the picture, in pixels
 * @param height of the picture, in rows
 * @param planes the planes in the order of the format
 */
record VideoMeta(int format, int width, int height, List<Plane> planes) {
  /** The most planes of a picture (GST_VIDEO_MAX_PLANES). */
  static final int MOST_PLANES = 4;

  private static final byte[] NAME = "GstVideoMeta\0".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 0;
  private static final int HEADER_BYTES = 2 * Integer.BYTES + NAME.length + 1;
  private static final int FIXED_BYTES = 9 * Integer.BYTES;
  private static final int PLANE_BYTES = Long.BYTES + 2 * Integer.BYTES;

  /**
   * One plane.
   *
   * @param offsetBytes from the start of the buffer
   * @param strideBytes from one row to the next; negative if rows lie from the bottom up
   */
  record Plane(long offsetBytes, int strideBytes) {}

  VideoMeta {
    planes = List.copyOf(planes);
    if (planes.size() > MOST_PLANES) {
      throw new IllegalArgumentException(planes.size() + " planes");
    }
  }

  /** The meta of a layout; empty if GStreamer has no format for it, or a stride is too long. */
  static Optional<VideoMeta> of(Layout layout, int width, int height) {
    List<Plane> planes = new ArrayList<>();
    for (Layout.Plane each : layout.planes()) {
      if (each.strideBytes() > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      planes.add(new Plane(each.offsetBytes(), (int) each.strideBytes()));
    }
    return planes.size() > MOST_PLANES
        ? Optional.empty()
        : layout
            .image()
            .flatMap(image -> VideoFormat.of(image.format()))
            .map(format -> new VideoMeta(format.number(), width, height, planes));
  }

  int encodedBytes() {
    return HEADER_BYTES + FIXED_BYTES + planes.size() * PLANE_BYTES;
  }

  /** Appends the meta, which takes {@link #encodedBytes}. */
  void encode(ByteBuffer to) {
    ByteOrder order = to.order();
    to.order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(encodedBytes()).putInt(NAME.length - 1).put(NAME).put((byte) VERSION);
    to.putInt(0).putInt(format).putInt(width).putInt(height).putInt(planes.size());
    planes.forEach(each -> to.putLong(each.offsetBytes));
    planes.forEach(each -> to.putInt(each.strideBytes));
    to.putLong(0).putLong(0); // No padding.
    planes.forEach(each -> to.putInt(0));
    to.order(order);
  }

  /**
   * Reads past one meta of any kind.
   *
   * @return the video meta; null if it is another, or of a version that is not known
   * @throws BadMessageException if it does not end within the message, or contradicts itself
   */
  static @Nullable VideoMeta decode(ByteBuffer from) throws BadMessageException {
    ByteBuffer meta = from.slice().order(ByteOrder.LITTLE_ENDIAN);
    long total = meta.remaining() < 2 * Integer.BYTES ? 0 : Integer.toUnsignedLong(meta.getInt());
    long nameBytes = total == 0 ? 0 : Integer.toUnsignedLong(meta.getInt());
    long headerBytes = 2L * Integer.BYTES + nameBytes + 2;
    if (total < headerBytes || total > from.remaining()) {
      throw new BadMessageException("a meta of " + total + " bytes does not fit its message");
    }
    from.position(from.position() + (int) total);
    meta.limit((int) total);
    byte[] name = new byte[(int) nameBytes + 1];
    meta.get(name);
    int version = meta.get();
    return Arrays.equals(name, NAME) && version == VERSION ? decodeBody(meta) : null;
  }

  private static VideoMeta decodeBody(ByteBuffer meta) throws BadMessageException {
    if (meta.remaining() < FIXED_BYTES) {
      throw new BadMessageException("a video meta ends after " + meta.remaining() + " bytes");
    }
    meta.getInt(); // The flags say how fields are interlaced.
    int format = meta.getInt();
    int width = meta.getInt();
    int height = meta.getInt();
    int count = meta.getInt();
    if (count < 0
        || count > MOST_PLANES
        || meta.remaining() != FIXED_BYTES - 5 * Integer.BYTES + count * PLANE_BYTES) {
      throw new BadMessageException("a video meta does not have room for " + count + " planes");
    }
    if (width < 0 || height < 0) {
      throw new BadMessageException("a video meta is of " + width + "x" + height + " pixels");
    }
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = meta.getLong();
    }
    List<Plane> planes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      planes.add(new Plane(offsets[i], meta.getInt()));
    }
    return new VideoMeta(format, width, height, planes);
  }
}
