package dev.dmabroker.internal.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.internal.runtime.Crew;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.testing.MappedFile;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy whose source is gone in part fails, each time, from the interpreter to compiled code. */
@EnabledOnOs(OS.LINUX) // Elsewhere a file that is mapped may not be truncated.
class TruncatedCopyTest {
  private static final int TIMES = 10_000;
  private static final int SIZE = CpuMover.LARGE_BYTES;
  private static final Layout BYTES = new Layout(1, List.of(new Layout.Plane(0, 1, 1, 1)));

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void failsEachTimeAndNotLater(int threads, @TempDir Path folder) throws Exception {
    CrewSize size = new CrewSize(threads);
    size.decide(n -> 1_000_000 / n);
    CpuMover mover = new CpuMover(size, new Crew(2));
    Backing to = ScriptedHeap.system().allocate(new Heap.Request("target", SIZE));
    try (MappedFile file = new MappedFile(folder.resolve("source"), SIZE, true)) {
      Mover.Copy copy = new Mover.Copy(file.open(), BYTES, to, BYTES);
      mover.prepare(copy);
      for (int i = 0; i < 100; i++) {
        assertEquals(SIZE, mover.copy(copy));
      }
      file.truncate();
      for (int i = 0; i < TIMES; i++) {
        assertThrows(InternalError.class, () -> mover.copy(copy));
      }
      file.fill(7);
      assertEquals(SIZE, mover.copy(copy));
      MappedFile.assertFilled(7, to.bytes(0, SIZE));
    }
    to.release();
  }
}
