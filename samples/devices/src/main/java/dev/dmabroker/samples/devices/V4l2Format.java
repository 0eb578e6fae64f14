package dev.dmabroker.samples.devices;

import dev.dmabroker.ImageSpec;

/**
 * What a driver made of the format it was asked for. Drivers adjust rather than refuse.
 *
 * @param width in pixels
 * @param height in pixels
 * @param pixelFormat the V4L2 code, see {@link dev.dmabroker.PixelFormat#v4l2Code()}
 * @param strideBytes bytes from the start of a line to the start of the next, in the first plane
 * @param sizeBytes bytes that a buffer must have at least
 */
public record V4l2Format(int width, int height, int pixelFormat, int strideBytes, int sizeBytes) {

  /** Whether size and pixel format are those of the image. */
  public boolean shows(ImageSpec image) {
    return width == image.width()
        && height == image.height()
        && pixelFormat == image.format().v4l2Code();
  }

  @Override
  public String toString() {
    return "%dx%d %c%c%c%c, stride %d, %d bytes"
        .formatted(
            width,
            height,
            pixelFormat & 0x7f,
            pixelFormat >> 8 & 0x7f,
            pixelFormat >> 16 & 0x7f,
            pixelFormat >> 24 & 0x7f,
            strideBytes,
            sizeBytes);
  }
}
