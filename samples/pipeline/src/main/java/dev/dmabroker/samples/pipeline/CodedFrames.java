package dev.dmabroker.samples.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of a coded file, which lie one after the other. Each begins as those of vicodec's FWHT
 * do (drivers/media/test-drivers/vicodec/codec-fwht.h, struct fwht_cframe_hdr): eleven 32-bit
 * words, the highest byte first, of which the last is the number of bytes that follow.
 */
final class CodedFrames {
  /** Bytes of a header. */
  static final int HEADER = 44;

  /** Where a header says how many bytes follow. */
  static final int SIZE = 40;

  private CodedFrames() {}

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or ends within a frame
   */
  static List<ByteBuffer> read(Path file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.BIG_ENDIAN);
    List<ByteBuffer> frames = new ArrayList<>();
    while (all.hasRemaining()) {
      int at = all.position();
      long bytes =
          all.remaining() < HEADER
              ? Long.MAX_VALUE
              : HEADER + Integer.toUnsignedLong(all.getInt(at + SIZE));
      if (bytes > all.remaining()) {
        throw new IOException("%s ends within frame %d".formatted(file, frames.size()));
      }
      frames.add(all.slice(at, (int) bytes));
      all.position(at + (int) bytes);
    }
    return frames;
  }
}
