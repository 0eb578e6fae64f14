package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages are written as GStreamer's elements read them, and read as they write them. */
class WireTest {
  /** What unixfdsink 1.26.2 sent of videotestsrc's 39th frame, NV12 of 318x240 at 30 a second. */
  private static final String SINKS_BUFFER =
      "906700d4e97f0000737312e63c010000ffffffffffffffff"
          + "56a0fc010000000026000000000000002700000000000000"
          + "000000000001000000c20100000000000000000000000000";

  private static NewBuffer random(Random random) {
    List<NewBuffer.Memory> memories = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      memories.add(new NewBuffer.Memory(1 + random.nextInt(1 << 30), random.nextInt(1 << 30)));
    }
    List<VideoMeta.Plane> planes = new ArrayList<>();
    for (int i = random.nextInt(VideoMeta.MOST_PLANES + 1); i > 0; i--) {
      planes.add(new VideoMeta.Plane(random.nextLong(), random.nextInt()));
    }
    Optional<VideoMeta> meta =
        random.nextBoolean()
            ? Optional.of(
                new VideoMeta(
                    random.nextInt(), random.nextInt(1 << 20), random.nextInt(1 << 20), planes))
            : Optional.empty();
    return new NewBuffer(
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextLong(),
        random.nextInt(),
        random.nextBoolean(),
        memories,
        meta);
  }

  private static ByteBuffer payload(ByteBuffer message) {
    return message.slice(Message.HEADER_BYTES, message.remaining() - Message.HEADER_BYTES);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      NewBuffer buffer = random(random);
      ByteBuffer message = buffer.encode();
      assertEquals(message.remaining() - Message.HEADER_BYTES, message.getInt(4));
      assertEquals(buffer, NewBuffer.decode(payload(message)));
    }
  }

  @Test
  void whatAGStreamerSinkWritesIsRead() throws Exception {
    assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
    NewBuffer buffer = NewBuffer.decode(ByteBuffer.wrap(HexFormat.of().parseHex(SINKS_BUFFER)));
    assertEquals(1361069634419L, buffer.pts());
    assertEquals(33333334, buffer.duration());
    assertEquals(38, buffer.offset());
    assertEquals(List.of(new NewBuffer.Memory(115200, 0)), buffer.memories());
    assertEquals(Optional.empty(), buffer.videoMeta());
  }

  /** Compared with gst_meta_serialize and video_meta_serialize of GStreamer 1.26.2. */
  @Test
  void aVideoMetaIsWrittenAsGStreamerReadsIt() {
    VideoMeta meta =
        new VideoMeta(
            23, 318, 240, List.of(new VideoMeta.Plane(0, 512), new VideoMeta.Plane(122880, 512)));
    ByteBuffer bytes = ByteBuffer.allocate(meta.encodedBytes());
    meta.encode(bytes);
    String header = "5a000000" + "0c000000" + "477374566964656f4d657461" + "00" + "00";
    String body =
        "00000000"
            + "17000000"
            + "3e010000"
            + "f0000000"
            + "02000000"
            + "0000000000000000"
            + "00e0010000000000"
            + "00020000"
            + "00020000"
            + "00000000".repeat(4)
            + "00000000".repeat(2);
    assertArrayEquals(HexFormat.of().parseHex(header + body), bytes.array());
  }

  @Test
  void metasOfOtherKindsAreSkipped() throws Exception {
    VideoMeta meta = new VideoMeta(23, 4, 4, List.of(new VideoMeta.Plane(0, 4)));
    ByteBuffer bytes =
        ByteBuffer.allocate(100 + meta.encodedBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(20).putInt(5).put("Other".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    bytes.put((byte) 0).put((byte) 1).position(20);
    meta.encode(bytes);
    bytes.flip();
    assertNull(VideoMeta.decode(bytes));
    assertEquals(20, bytes.position());
    assertEquals(meta, VideoMeta.decode(bytes));
    assertEquals(0, bytes.remaining());
  }

  /** Any bytes are a buffer's message or are refused, and nothing else is thrown. */
  @Test
  void anyBytesAreReadOrRefused() {
    Random random = new Random(2);
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      ByteBuffer bytes = payload(random(random).encode());
      byte[] mutated = new byte[bytes.remaining()];
      bytes.get(mutated);
      for (int change = random.nextInt(4); change >= 0; change--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(mutated.length) : mutated.length;
      try {
        NewBuffer buffer = NewBuffer.decode(ByteBuffer.wrap(mutated, 0, length));
        buffer.memories().forEach(each -> assertTrue(each.sizeBytes() + each.offsetBytes() > 0));
        read++;
      } catch (BadMessageException refused) {
        assertTrue(String.valueOf(refused.getMessage()).length() > 10);
      }
    }
    assertTrue(read > 1000, read + " were read");
  }

  @Test
  void capsNeedTheirZeroByte() throws Exception {
    ByteBuffer caps = Message.caps("video/x-raw");
    assertEquals("video/x-raw", new Message(Message.CAPS, payload(caps), List.of()).capsText());
    ByteBuffer cut = payload(caps).limit(5);
    assertThrows(
        BadMessageException.class, () -> new Message(Message.CAPS, cut, List.of()).capsText());
    assertThrows(
        BadMessageException.class,
        () -> new Message(Message.CAPS, ByteBuffer.allocate(0), List.of()).capsText());
  }
}
