package dev.dmabroker.samples.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ChecksumsTest {
  private static final int POLYNOMIAL = 0xedb88320;
  private static final Picture PICTURE = new Picture(32, 64, PixelFormat.XRGB8888);

  /** Bit by bit: CRC-32 that begins with 0 and is not inverted, over 16 bits a colour. */
  private static int naive(int number) {
    int crc = 0;
    for (int y = 0; y < PICTURE.height(); y++) {
      for (int x = 0; x < PICTURE.width(); x++) {
        int grey = PICTURE.luma(x, y, number) * 0x101;
        for (int color : new int[] {0xffff, grey, grey, grey}) {
          boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
          crc = naive(crc, little ? color : color >> 8);
          crc = naive(crc, little ? color >> 8 : color);
        }
      }
    }
    return crc;
  }

  private static int naive(int before, int octet) {
    int crc = before ^ (octet & 0xff);
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : POLYNOMIAL);
    }
    return crc;
  }

  @Test
  void theyAreThoseOfTheKernelsFunction() {
    Checksums checksums = new Checksums(PICTURE);
    for (int number : new int[] {0, 1, 300, 65_535}) {
      assertEquals(Integer.toUnsignedLong(naive(number)), checksums.of(number));
    }
  }
}
