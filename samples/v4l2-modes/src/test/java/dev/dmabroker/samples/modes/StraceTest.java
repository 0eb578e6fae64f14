package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StraceTest {
  private static Strace strace() {
    Optional<Strace> strace = Strace.find();
    assumeTrue(strace.isPresent(), "needs strace");
    return strace.get();
  }

  @Test
  void theCallsOfAThreadAreCounted() throws IOException {
    try (FileChannel zero = FileChannel.open(Path.of("/dev/zero"))) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(8);
      CallsPerFrame calls = strace().perFrame(count -> readTwice(zero, bytes, count)).orElseThrow();
      assertEquals(2, calls.all(), 0.5); // The JVM may wait for a collection, and the like.
      assertEquals(0, calls.ioctls());
      assertEquals(0, calls.waits());
    }
  }

  private static void readTwice(FileChannel from, ByteBuffer bytes, int times) {
    try {
      for (int i = 0; i < 2 * times; i++) {
        from.read(bytes.clear());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theCallsOfAProgramAreCounted() {
    CallsPerFrame calls =
        strace()
            .ofProgram(
                count ->
                    new Programs.Command(
                        List.of("dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=" + count),
                        Map.of()));
    assertEquals(new CallsPerFrame(0, 0, 0, 2), calls); // A read and a write.
  }
}
