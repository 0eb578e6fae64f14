package dev.dmabroker.gstreamer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The message by which a buffer comes: its descriptors come with the message's header, one for each
 * memory. Times are in nanoseconds of the monotonic clock, {@link #NONE} if there is none.
 *
 * @param id what the RELEASE of the buffer names
 * @param pts when it is to be shown
 * @param dts when it is to be decoded
 * @param duration how long it is to be shown
 * @param offset its number; {@link #NONE} if it has none
 * @param offsetEnd the number after its last
 * @param flags of a {@code GstBuffer}
 * @param dmaBuf whether the descriptors are of dma-bufs
 * @param memories where the contents lie, in their order
 * @param videoMeta where planes lie in all memories together
 */
record NewBuffer(
    long id,
    long pts,
    long dts,
    long duration,
    long offset,
    long offsetEnd,
    int flags,
    boolean dmaBuf,
    List<Memory> memories,
    Optional<VideoMeta> videoMeta) {
  /** GST_CLOCK_TIME_NONE and GST_BUFFER_OFFSET_NONE. */
  static final long NONE = -1;

  private static final int FIXED_BYTES = 56;
  private static final int MEMORY_BYTES = 16;

  /**
   * A part of a file.
   *
   * @param sizeBytes of the part
   * @param offsetBytes where it begins in the file
   */
  record Memory(long sizeBytes, long offsetBytes) {}

  NewBuffer {
    memories = List.copyOf(memories);
  }

  /**
   * The buffer as it is taken in, of its one memory.
   *
   * @param fd the memory's descriptor, which stays the caller's
   * @param caps what the buffer holds
   */
  PipelineBuffer of(int fd, String caps) {
    Memory memory = memories.get(0);
    return new PipelineBuffer(
        fd,
        memory.offsetBytes,
        memory.sizeBytes,
        caps,
        videoMeta.map(VideoMeta::planes).orElse(List.of()).stream()
            .map(each -> new PipelineBuffer.Plane(each.offsetBytes(), each.strideBytes()))
            .toList(),
        pts == NONE ? Optional.empty() : Optional.of(Duration.ofNanos(pts)));
  }

  /** The message with its header. */
  ByteBuffer encode() {
    int payloadBytes =
        FIXED_BYTES
            + memories.size() * MEMORY_BYTES
            + videoMeta.map(VideoMeta::encodedBytes).orElse(0);
    ByteBuffer message = Message.begin(Message.NEW_BUFFER, payloadBytes);
    message.putLong(id).putLong(pts).putLong(dts).putLong(duration);
    message.putLong(offset).putLong(offsetEnd).putInt(flags);
    message.put((byte) (dmaBuf ? 1 : 0)).put((byte) memories.size());
    message.putShort((short) (videoMeta.isPresent() ? 1 : 0));
    memories.forEach(each -> message.putLong(each.sizeBytes).putLong(each.offsetBytes));
    videoMeta.ifPresent(meta -> meta.encode(message));
    return message.flip();
  }

  /**
   * Reads the payload of a message. Metas of other kinds than the video meta are skipped.
   *
   * @throws BadMessageException if it is shorter than it says, or says what cannot be
   */
  static NewBuffer decode(ByteBuffer payload) throws BadMessageException {
    ByteBuffer from = payload.duplicate().order(ByteOrder.nativeOrder());
    if (from.remaining() < FIXED_BYTES) {
      throw new BadMessageException("a buffer's message ends after " + from.remaining() + " bytes");
    }
    long id = from.getLong();
    long pts = from.getLong();
    long dts = from.getLong();
    long duration = from.getLong();
    long offset = from.getLong();
    long offsetEnd = from.getLong();
    int flags = from.getInt();
    int type = Byte.toUnsignedInt(from.get());
    int count = Byte.toUnsignedInt(from.get());
    int metas = Short.toUnsignedInt(from.getShort());
    if (type > 1) {
      throw new BadMessageException("a buffer has memory of the unknown type " + type);
    }
    if (from.remaining() < count * MEMORY_BYTES) {
      throw new BadMessageException("a buffer's message has no room for " + count + " memories");
    }
    List<Memory> memories = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      memories.add(memory(from.getLong(), from.getLong()));
    }
    Optional<VideoMeta> videoMeta = Optional.empty();
    for (int i = 0; i < metas; i++) {
      VideoMeta meta = VideoMeta.decode(from);
      videoMeta = meta == null ? videoMeta : Optional.of(meta);
    }
    return new NewBuffer(
        id, pts, dts, duration, offset, offsetEnd, flags, type == 1, memories, videoMeta);
  }

  private static Memory memory(long sizeBytes, long offsetBytes) throws BadMessageException {
    if (sizeBytes < 1 || offsetBytes < 0 || offsetBytes > Long.MAX_VALUE - sizeBytes) {
      throw new BadMessageException(
          "a memory of " + sizeBytes + " bytes from " + offsetBytes + " on cannot be");
    }
    return new Memory(sizeBytes, offsetBytes);
  }
}
