package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the time namespace of a process. */
class MonotonicOffsetTest {
  @TempDir private Path folder;

  private long read(String text) throws IOException {
    return MonotonicOffset.read(Files.writeString(folder.resolve("timens_offsets"), text));
  }

  @Test
  void isWhatTheNamespaceAddsToTheMonotonicClock() throws IOException {
    assertEquals(0, read("monotonic           0         0\nboottime            0         0\n"));
    assertEquals(86_400_000_000_007L, read("monotonic 86400 7\nboottime 1 1\n"));
    assertEquals(-1_000_000_000L, read("monotonic          -1         0\n"));
  }

  @Test
  void isNothingWhereThereAreNoNamespaces() throws IOException {
    assertEquals(0, MonotonicOffset.read(folder.resolve("missing")));
    assertEquals(0, read(""));
  }
}
