package dev.dmabroker.remote.internal.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that another process made is mapped only if no access to it can fault. */
class ForeignPageTest {
  private static final int O_RDWR = 2;
  private static final int BYTES = 4096;

  @TempDir private Path folder;

  private Fd file() throws IOException {
    Path path = Files.write(folder.resolve("page"), new byte[BYTES]);
    byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
    return new Fd(LibC.calls().open(name, O_RDWR, 0), "a file");
  }

  private static void assertRefused(String words, Fd fd, int bytes) {
    String text =
        String.valueOf(
            assertThrows(HeapException.class, () -> SharedMemory.map(fd, bytes, "the page"))
                .getMessage());
    assertTrue(text.contains(words), text);
  }

  @Test
  void whatMayBeCutShortIsNotMapped() throws Exception {
    try (Fd file = file()) {
      assertRefused("may be cut short", file, BYTES);
    }
  }

  @Test
  void whatIsShorterThanItSaysIsNotMapped() throws Exception {
    SharedMemory.Made made = SharedMemory.create("page", BYTES);
    try (Fd sealed = made.descriptor()) {
      assertRefused("should have 8192 bytes, and has 4096", sealed, 2 * BYTES);
      SharedMemory again = SharedMemory.map(sealed, BYTES, "the page");
      again.bytes().putLong(0, 42);
      assertEquals(42, made.memory().bytes().getLong(0));
      again.release();
    } finally {
      made.memory().release();
    }
  }
}
