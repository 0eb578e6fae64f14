package dev.dmabroker.gstreamer;

import dev.dmabroker.allocators.linux.Fd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A message of the protocol of GStreamer's unixfd elements (gstunixfd.h), in native byte order: u32
 * type, u32 bytes of the payload, and the payload.
 *
 * @param type {@link #NEW_BUFFER} and others
 * @param payload read-only, from its position 0
 * @param descriptors came with the header; the receiver of the message closes them
 */
record Message(int type, ByteBuffer payload, List<Fd> descriptors) {
  /** A buffer, from the sink to the source. */
  static final int NEW_BUFFER = 0;

  /** The source has done with a buffer: u64 id. */
  static final int RELEASE = 1;

  /** What the buffers after it hold, from the sink to the source: text with a zero byte. */
  static final int CAPS = 2;

  /** No buffer follows, from the sink to the source. */
  static final int EOS = 3;

  static final int HEADER_BYTES = 8;

  /** A message with its header, to which the payload is to be appended. */
  static ByteBuffer begin(int type, int payloadBytes) {
    return ByteBuffer.allocate(HEADER_BYTES + payloadBytes)
        .order(ByteOrder.nativeOrder())
        .putInt(type)
        .putInt(payloadBytes);
  }

  static ByteBuffer release(long id) {
    return begin(RELEASE, Long.BYTES).putLong(id).flip();
  }

  static ByteBuffer caps(String caps) {
    byte[] text = caps.getBytes(StandardCharsets.UTF_8);
    return begin(CAPS, text.length + 1).put(text).put((byte) 0).flip();
  }

  static ByteBuffer eos() {
    return begin(EOS, 0).flip();
  }

  /**
   * The id that a RELEASE names.
   *
   * @throws BadMessageException if the payload has another length
   */
  long releasedId() throws BadMessageException {
    if (payload.remaining() != Long.BYTES) {
      throw new BadMessageException("a RELEASE has " + payload.remaining() + " bytes, not 8");
    }
    return payload.duplicate().order(ByteOrder.nativeOrder()).getLong();
  }

  /**
   * The text of CAPS.
   *
   * @throws BadMessageException if no zero byte ends it
   */
  String capsText() throws BadMessageException {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    if (bytes.length == 0 || bytes[bytes.length - 1] != 0) {
      throw new BadMessageException("caps have no zero byte at their end");
    }
    return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
  }

  void closeDescriptors() {
    descriptors.forEach(Fd::close);
  }
}
