package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodedFramesTest {
  @TempDir private Path folder = Path.of(""); // Set before each test.

  private Path file(int... payloads) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(1000);
    for (int payload : payloads) {
      all.putInt(all.position() + CodedFrames.SIZE, payload);
      all.position(all.position() + CodedFrames.HEADER + payload);
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return Files.write(folder.resolve("coded"), bytes);
  }

  @Test
  void eachFrameIsItsHeaderAndItsBytes() throws IOException {
    List<ByteBuffer> frames = CodedFrames.read(file(7, 0, 300));
    assertEquals(
        List.of(CodedFrames.HEADER + 7, CodedFrames.HEADER, CodedFrames.HEADER + 300),
        frames.stream().map(ByteBuffer::remaining).toList());
    assertEquals(300, frames.get(2).getInt(CodedFrames.SIZE));
  }

  @Test
  void anEmptyFileHasNoFrames() throws IOException {
    assertEquals(List.of(), CodedFrames.read(file()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 9 + CodedFrames.HEADER - 1})
  void aFileThatEndsWithinAFrameIsRefused(int missing) throws IOException {
    Path file = file(7, 9);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - missing));
    IOException e = assertThrows(IOException.class, () -> CodedFrames.read(file));
    assertEquals(file + " ends within frame 1", e.getMessage());
  }

  @Test
  void aSizeOfFourGigabytesIsNoNegativeOne() throws IOException {
    Path file = folder.resolve("huge");
    Files.write(file, ByteBuffer.allocate(CodedFrames.HEADER).putInt(CodedFrames.SIZE, -1).array());
    assertThrows(IOException.class, () -> CodedFrames.read(file));
  }
}
