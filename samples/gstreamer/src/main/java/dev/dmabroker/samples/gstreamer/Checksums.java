package dev.dmabroker.samples.gstreamer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * The checksums by which the kernel's test display vkms tells what it shows. It mixes its planes
 * into lines of pixels with 16 bits for each of alpha, red, green and blue, in the order of the
 * machine's bytes, and adds line by line to a CRC-32 that begins with 0 and is not inverted: so
 * those of Linux 6.1 came out equal, whose drivers/gpu/drm/vkms/vkms_composer.c computes them.
 */
final class Checksums {
  private static final int OPAQUE = 0xffff;
  private static final int WIDER = 0x101;
  private static final int PIXEL_BYTES = 8;

  private final Picture picture;
  private final ByteBuffer pixels;
  private final long ofZeros;

  /** Prepares for pictures in XRGB8888 that fill the display. */
  Checksums(Picture picture) {
    this.picture = picture;
    this.pixels =
        ByteBuffer.allocate(picture.width() * picture.height() * PIXEL_BYTES)
            .order(ByteOrder.nativeOrder());
    this.ofZeros = crc();
  }

  /** The checksum of the picture with a number. */
  long of(int number) {
    pixels.clear();
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        short grey = (short) (picture.luma(x, y, number) * WIDER);
        pixels.putShort((short) OPAQUE).putShort(grey).putShort(grey).putShort(grey);
      }
    }
    return crc() ^ ofZeros; // A CRC is affine: so what it begins with, and the inversion, go.
  }

  private long crc() {
    CRC32 crc = new CRC32();
    crc.update(pixels.clear());
    return crc.getValue();
  }
}
