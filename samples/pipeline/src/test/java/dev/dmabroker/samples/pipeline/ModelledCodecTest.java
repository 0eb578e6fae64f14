package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelledCodecTest {
  private static final int BYTES = 4096;

  private static byte[] noise() {
    byte[] noise = new byte[BYTES];
    new Random(7).nextBytes(noise);
    return noise;
  }

  private static byte[] encoded(byte[] samples) {
    ByteBuffer coded = ByteBuffer.allocate(ModelledCodec.mostBytes(BYTES));
    int bytes = ModelledCodec.encode(ByteBuffer.wrap(samples), coded);
    return Arrays.copyOf(coded.array(), bytes);
  }

  @Test
  void decodedSamplesAreNearTheirSource() {
    byte[] source = noise();
    ByteBuffer decoded = ByteBuffer.allocate(BYTES);
    assertEquals(BYTES, ModelledCodec.decode(ByteBuffer.wrap(encoded(source)), decoded));
    for (int i = 0; i < BYTES; i++) {
      int difference = (decoded.get(i) & 0xff) - (source[i] & 0xff);
      assertTrue(Math.abs(difference) <= 4, "sample " + i + " is off by " + difference);
    }
  }

  @Test
  void whatIsNotItsOwnIsRefused() {
    byte[] coded = encoded(noise());
    ByteBuffer decoded = ByteBuffer.allocate(BYTES);
    coded[CodedFrames.HEADER] ^= 0x0f; // The method of zlib.
    assertThrows(
        IllegalStateException.class, () -> ModelledCodec.decode(ByteBuffer.wrap(coded), decoded));
    coded[0] ^= 1;
    assertThrows(
        IllegalStateException.class, () -> ModelledCodec.decode(ByteBuffer.wrap(coded), decoded));
  }

  @Test
  void whiteStaysWhiteAndBlackBlack() {
    ByteBuffer yuyv = ByteBuffer.allocate(8);
    byte[] pixels = {-1, -1, -1, -1, 0, 0, 0, 0};
    assertEquals(8, ModelledCodec.toYuyv(ByteBuffer.wrap(pixels), yuyv));
    assertTrue((yuyv.get(0) & 0xff) >= 230, "luma of white is " + (yuyv.get(0) & 0xff));
    assertEquals(16, yuyv.get(4));
    assertEquals(128, yuyv.get(5) & 0xff);
    assertEquals(128, yuyv.get(7) & 0xff);
  }

  @Test
  void eachPictureIsAnother() {
    ByteBuffer first = ByteBuffer.allocate(2 * 64 * 4);
    ByteBuffer second = ByteBuffer.allocate(2 * 64 * 4);
    assertEquals(first.capacity(), ModelledCodec.picture(0, 64, 4, first));
    ModelledCodec.picture(1, 64, 4, second);
    assertTrue(!first.equals(second));
  }
}
