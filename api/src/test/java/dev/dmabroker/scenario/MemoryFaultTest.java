package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Throwables;
import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.MappedFile;
import dev.dmabroker.testing.ScriptedMover;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another hand truncates the file behind a buffer's memory. The JVM tells that late, in the thread
 * that used the memory and wherever that thread is by then, so it is made to tell.
 */
@EnabledOnOs(OS.LINUX) // Elsewhere a file that is mapped may not be truncated.
class MemoryFaultTest extends Fixture {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** From 4 MiB on a copy has several threads if these are faster. */
  private static final int LARGE = 8 << 20;

  private static final int SMALL = 256 << 10;

  @Test
  void aMoveOfLargeContentsIsRolledBackUntilTheFileIsWhole(@TempDir Path folder) throws Exception {
    movesOnceTheFileIsWhole(folder, 30, LARGE);
  }

  @Test
  void aMoveIsRolledBackWhateverCompilerTheCopyHasMet(@TempDir Path folder) throws Exception {
    movesOnceTheFileIsWhole(folder, 60, SMALL);
  }

  @Test
  void aMoverThatKnowsNothingOfFaultsIsRolledBackToo(@TempDir Path folder) throws Exception {
    broker.close();
    broker = builder().mover(new ScriptedMover()).build();
    movesOnceTheFileIsWhole(folder, 60, SMALL);
  }

  private void movesOnceTheFileIsWhole(Path folder, int times, int sizeBytes) throws Exception {
    for (int i = 0; i < times; i++) {
      try (MappedFile file = new MappedFile(folder.resolve("contents"), sizeBytes, true);
          Device display = broker.register("display", CONTIGUOUS);
          SharedBuffer buffer = broker.adopt("frame", BlobSpec.of(sizeBytes), file)) {
        file.truncate();
        try (Attachment out = buffer.attach(display)) {
          var failure =
              assertThrows(MoveFailedException.class, () -> out.map(Access.READ, SOON).close());
          assertSays(
              failure,
              "cannot move frame out of mapped file to cma for display: copying failed: memory"
                  + " fault: a part of the old memory, in mapped file, is gone",
              "give the file its length and contents back");
          assertInstanceOf(InternalError.class, Throwables.getRootCause(failure));
          assertEquals(State.RESIDENT, buffer.state());
          assertEquals("mapped file", buffer.heapName().orElseThrow());
          Await.until("what was found in vain is given back", () -> cma.live() == 0);

          file.fill(i);
          try (Mapping mapping = out.map(Access.READ, SOON);
              CpuView view = mapping.cpuView()) {
            assertEquals("cma", mapping.heapName());
            MappedFile.assertFilled(i, view.bytes());
          }
          Await.until("the old memory is given back", () -> file.live() == 0);
        }
      }
    }
    assertTrue(broker.snapshot().buffers().isEmpty());
  }

  @Test
  void aNewMemoryThatIsGoneIsNotMovedTo(@TempDir Path folder) throws Exception {
    try (MappedFile file = new MappedFile(folder.resolve("target"), LARGE, false)) {
      broker.close();
      FileHeap heap = new FileHeap(file);
      broker = builder().heap(heap).build();
      Attachment in =
          broker
              .export("frame", BlobSpec.of(LARGE))
              .attach(broker.register("in", Constraints.none()));
      write(in, 3);
      file.truncate();
      Attachment out =
          in.buffer()
              .attach(
                  broker.register("out", Constraints.builder().permittedHeaps("files").build()));
      var failure = assertThrows(MoveFailedException.class, () -> out.map(Access.READ, SOON));
      assertSays(failure, "memory fault: a part of the new memory, in files, is gone");
      assertEquals(3, read(in));
      file.fill(0);
      assertEquals(3, read(out));
    }
  }

  @Test
  void aHeapThatCannotClearItsMemoryHasRefused(@TempDir Path folder) throws Exception {
    try (MappedFile file = new MappedFile(folder.resolve("cleared"), SMALL, false)) {
      broker.close();
      FileHeap heap = new FileHeap(file);
      heap.clears = true;
      broker = Broker.builder().heap(heap).heuristic(new InOrder()).build();
      Attachment in =
          broker.export(BlobSpec.of(SMALL)).attach(broker.register("in", Constraints.none()));
      file.truncate();
      var failure = assertThrows(AllocationException.class, () -> in.map(Access.WRITE));
      assertInstanceOf(InternalError.class, Throwables.getRootCause(failure));
      assertEquals(0, file.live());
      file.fill(0);
      in.map(Access.WRITE).close();
    }
  }

  @Test
  void aViewTellsOfAFaultAndEndsNevertheless(@TempDir Path folder) throws Exception {
    try (MappedFile file = new MappedFile(folder.resolve("seen"), SMALL, true);
        SharedBuffer buffer = broker.adopt("frame", BlobSpec.of(SMALL), file);
        Attachment in = buffer.attach(broker.register("camera", Constraints.none()))) {
      file.truncate();
      int told = 0;
      int times = 2000;
      for (int i = 0; i < times; i++) {
        Mapping mapping = in.map(Access.READ_WRITE);
        CpuView view = mapping.cpuView();
        try {
          sumOf(view.bytes());
          view.close();
        } catch (CpuAccessException e) {
          assertSays(e, "memory fault: a part of camera at frame, in mapped file, was gone");
          told++;
        } catch (InternalError e) { // It was told before the view was closed.
          view.close();
          told++;
        }
        mapping.close();
      }
      assertEquals(times, told);
      assertEquals(List.of(), broker.snapshot().buffers().get(0).holders());
      file.fill(5);
      try (Mapping mapping = in.map(Access.READ);
          CpuView view = mapping.cpuView()) {
        MappedFile.assertFilled(5, view.bytes());
      }
    }
  }

  private static int sumOf(ByteBuffer bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.limit(); i += 4096) {
      sum += bytes.get(i);
    }
    return sum;
  }

  @Test
  void aShadowThatCannotCopyFailsAndCopiesLater(@TempDir Path folder) throws Exception {
    try (MappedFile file = new MappedFile(folder.resolve("original"), SMALL, false);
        SharedBuffer original = broker.adopt("import", BlobSpec.of(SMALL), file);
        Shadow shadow = broker.shadow(original)) {
      for (int i = 0; i < 60; i++) {
        file.truncate();
        var failure = assertThrows(CpuAccessException.class, () -> shadow.refresh(SOON));
        assertSays(failure, "memory fault: a part of the old memory, in mapped file, is gone");
        failure = assertThrows(CpuAccessException.class, () -> shadow.writeBack(SOON));
        assertSays(failure, "memory fault: a part of the new memory, in mapped file, is gone");
        file.fill(i);
        assertEquals(SMALL, shadow.refresh(SOON));
        assertEquals(SMALL, shadow.writeBack(SOON));
        MappedFile.assertFilled(i, file.memory());
      }
    }
  }

  /** Gives the memory of one file, and no other. */
  private static final class FileHeap implements Heap {
    private final MappedFile file;
    private volatile boolean clears;

    FileHeap(MappedFile file) {
      this.file = file;
    }

    @Override
    public String name() {
      return "files";
    }

    @Override
    public HeapTraits traits() {
      return file.traits();
    }

    @Override
    public Backing allocate(Request request) {
      if (clears) {
        ByteBuffer memory = file.memory();
        for (int i = 0; i < memory.limit(); i += 8) {
          memory.putLong(i, 0);
        }
      }
      return file.open();
    }

    @Override
    public void close() {}
  }
}
