package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.CpuView;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A moving picture in grey that tells its number, also after a lossy codec: its upper edge has a
 * field for each bit of the number, dark or bright. Below, a wave of grey moves with the number, so
 * that the whole of a frame can be compared.
 *
 * @param width in pixels, a multiple of 32
 * @param height in pixels, even, at least 64
 * @param format NV12, or XRGB8888
 */
record Picture(int width, int height, PixelFormat format) {
  private static final int BITS = 16;
  private static final int EDGE = 16;
  private static final int DARK = 40;
  private static final int BRIGHT = 200;
  private static final int NEUTRAL = 128;
  private static final int WAVE = 128;

  ImageSpec spec() {
    return ImageSpec.of(width, height, format);
  }

  /** A picture in NV12. */
  Picture(int width, int height) {
    this(width, height, PixelFormat.NV12);
  }

  /** The bytes from pixel to pixel: brightness alone, or blue, green, red and nothing. */
  private int step() {
    return format == PixelFormat.NV12 ? 1 : 4;
  }

  /** The bytes of a line without padding, of the plane that has the brightness. */
  int lineBytes() {
    return width * step();
  }

  /** What GStreamer calls the format. */
  String gstFormat() {
    return format == PixelFormat.NV12 ? "NV12" : "BGRx";
  }

  /** The brightness of a pixel. */
  int luma(int x, int y, int number) {
    if (y < EDGE) {
      return ((number >> (x * BITS / width)) & 1) == 0 ? DARK : BRIGHT;
    }
    int phase = Math.floorMod(x + y + 2 * number, 2 * WAVE);
    return DARK + (phase < WAVE ? phase : 2 * WAVE - 1 - phase);
  }

  /** Draws the picture of a number. */
  void draw(CpuView view, Layout layout, int number) {
    ByteBuffer bytes = view.bytes(0, Math.toIntExact(layout.sizeBytes()));
    Layout.Plane luma = layout.planes().get(0);
    int step = step();
    byte[] line = new byte[lineBytes()];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < line.length; i++) {
        line[i] = (byte) luma(i / step, y, number);
      }
      bytes.put(Math.toIntExact(luma.offsetBytes() + y * luma.strideBytes()), line);
    }
    Arrays.fill(line, (byte) NEUTRAL);
    for (Layout.Plane chroma : layout.planes().subList(1, layout.planes().size())) {
      for (int y = 0; y < chroma.lines(); y++) {
        bytes.put(
            Math.toIntExact(chroma.offsetBytes() + y * chroma.strideBytes()),
            line,
            0,
            Math.toIntExact(chroma.lineBytes()));
      }
    }
  }

  /**
   * The number that a picture tells.
   *
   * @param offset where its brightness begins, in bytes
   * @param stride bytes from line to line
   */
  int number(ByteBuffer bytes, long offset, long stride) {
    int number = 0;
    for (int bit = 0; bit < BITS; bit++) {
      int x = (2 * bit + 1) * width / (2 * BITS);
      int value = bytes.get(Math.toIntExact(offset + EDGE / 2 * stride + (long) x * step())) & 0xff;
      number |= (value > (DARK + BRIGHT) / 2 ? 1 : 0) << bit;
    }
    return number;
  }

  /**
   * The peak signal-to-noise ratio of a picture's brightness, in decibels; infinite if it is exact.
   *
   * @param offset where its brightness begins, in bytes
   * @param stride bytes from line to line
   * @param number which picture it should be
   */
  double decibels(ByteBuffer bytes, long offset, long stride, int number) {
    int step = step();
    long squares = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int value = bytes.get(Math.toIntExact(offset + y * stride + (long) x * step)) & 0xff;
        int off = value - luma(x, y, number);
        squares += (long) off * off;
      }
    }
    return squares == 0
        ? Double.POSITIVE_INFINITY
        : 10 * Math.log10(255.0 * 255 * width * height / squares);
  }
}
