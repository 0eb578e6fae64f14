package dev.dmabroker.samples.pipeline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What the modelled devices do to pixels: a picture that moves, a conversion of colours, and a
 * codec that is lossy, as it drops the lowest bits before it packs the rest.
 */
final class ModelledCodec {
  private static final long MAGIC = 0x4d4f44454c4c4544L;
  private static final int LOST_BITS = 3;

  private ModelledCodec() {}

  /** Bars that move by eight pixels a frame, as RGB565; returns the bytes. */
  static int picture(long number, int width, int height, ByteBuffer result) {
    ByteBuffer out = result.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = (int) ((x + 8 * number) % width);
        int red = at * 31 / width;
        int green = y * 63 / height;
        int blue = (at / 16 + y / 16) % 2 * 31;
        out.putShort((short) (red << 11 | green << 5 | blue));
      }
    }
    return out.position() - result.position();
  }

  /** RGB565 to YUYV, by the coefficients of BT.601 in 8 bits; returns the bytes. */
  static int toYuyv(ByteBuffer source, ByteBuffer result) {
    ByteBuffer in = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out = result.duplicate();
    while (in.remaining() >= 2 * Short.BYTES) {
      int first = in.getShort();
      int second = in.getShort();
      int red = red(first);
      int green = green(first);
      int blue = blue(first);
      out.put((byte) luma(first));
      out.put((byte) (((-38 * red - 74 * green + 112 * blue + 128) >> 8) + 128));
      out.put((byte) luma(second));
      out.put((byte) (((112 * red - 94 * green - 18 * blue + 128) >> 8) + 128));
    }
    return out.position() - result.position();
  }

  private static int red(int pixel) {
    return (pixel >> 11 & 0x1f) << 3;
  }

  private static int green(int pixel) {
    return (pixel >> 5 & 0x3f) << 2;
  }

  private static int blue(int pixel) {
    return (pixel & 0x1f) << 3;
  }

  private static int luma(int pixel) {
    return ((66 * red(pixel) + 129 * green(pixel) + 25 * blue(pixel) + 128) >> 8) + 16;
  }

  /** The most bytes that a frame takes when it is encoded. */
  static int mostBytes(int frameBytes) {
    return CodedFrames.HEADER + frameBytes + frameBytes / 100 + 64;
  }

  /** Returns the bytes. */
  static int encode(ByteBuffer source, ByteBuffer result) {
    byte[] samples = new byte[source.remaining()];
    source.duplicate().get(samples);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) ((samples[i] & 0xff) >> LOST_BITS);
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(samples);
      deflater.finish();
      ByteBuffer out = result.duplicate().order(ByteOrder.BIG_ENDIAN);
      int start = out.position();
      out.putLong(start, MAGIC);
      out.position(start + CodedFrames.HEADER);
      int bytes = deflater.deflate(out);
      out.putInt(start + CodedFrames.SIZE, bytes);
      return CodedFrames.HEADER + bytes;
    } finally {
      deflater.end();
    }
  }

  /** Returns the bytes. */
  static int decode(ByteBuffer source, ByteBuffer result) {
    ByteBuffer in = source.duplicate().order(ByteOrder.BIG_ENDIAN);
    if (in.getLong(in.position()) != MAGIC) {
      throw new IllegalStateException("this is no frame of the modelled codec");
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in.position(in.position() + CodedFrames.HEADER));
      int bytes = inflater.inflate(result.duplicate());
      int half = 1 << (LOST_BITS - 1);
      for (int i = 0; i < bytes; i++) {
        int at = result.position() + i;
        result.put(at, (byte) (result.get(at) << LOST_BITS | half));
      }
      return bytes;
    } catch (DataFormatException e) {
      throw new IllegalStateException("a frame of the modelled codec is damaged", e);
    } finally {
      inflater.end();
    }
  }
}
