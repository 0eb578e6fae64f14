package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.InOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A board's own shape: a region that its device tree reserves for one device is a heap, and the
 * device that takes no other memory gets its frames there.
 */
class BoardRegionTest {
  private static final Path REGIONS = Path.of("/proc/device-tree/reserved-memory");
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int SIZE = 1 << 20;
  private static final int LARGEST_PAGE = 1 << 16;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path region;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Heap heap;

  @BeforeEach
  void find() throws IOException {
    region = region();
    heap = Machine.open(Heaps.dmaHeaps(), region.getFileName().toString(), "Linux 6.17 or later");
  }

  private static Path region() throws IOException {
    if (Files.isDirectory(REGIONS)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(REGIONS)) {
        for (Path region : all) {
          if (Files.exists(region.resolve("reusable"))) {
            return region;
          }
        }
      }
    }
    return Assumptions.abort(
        "needs a board whose device tree reserves a reusable region; run samples/kernel-lab/test"
            + " --kernel 7.3/arm64 --board camera");
  }

  @AfterEach
  void close() {
    if (heap != null) {
      heap.close();
    }
  }

  /** The region as the device tree has it: two cells of the address, two of the size. */
  private ByteBuffer cells() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(region.resolve("reg")));
  }

  /** A mapping of the region does not tell its addresses, but what uses up the heap uses it up. */
  @Test
  void theHeapsMemoryIsTheRegion() throws Exception {
    long start = cells().getLong(0);
    long size = cells().getLong(Long.BYTES);
    int before = OwnProcess.freeFrames(start, start + size);
    List<Backing> all = new ArrayList<>();
    try {
      for (long next = size; next >= LARGEST_PAGE; ) {
        try {
          all.add(heap.allocate(new Heap.Request("frame", next)));
        } catch (HeapException full) {
          next /= 2;
        }
      }
      int left = OwnProcess.freeFrames(start, start + size);
      assertTrue(left < before / 10, left + " of " + before + " page frames are still free");
    } finally {
      for (Backing frame : all) {
        frame.release();
      }
    }
  }

  @Test
  void theHeapEndsWithTheRegion() throws Exception {
    long size = cells().getLong(Long.BYTES);
    assertThrows(
        HeapException.class, () -> heap.allocate(new Heap.Request("all", 2 * size)).release());
  }

  @Test
  void aFrameMovesToTheDeviceThatTakesOnlyTheRegion() {
    Heap system = Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system");
    try (Broker broker =
        Broker.builder().heap(system).heap(heap).heuristic(new InOrder()).build()) {
      SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
      Attachment writer =
          buffer.attach(broker.register("writer", Constraints.builder().cpuReach().build()));
      try (Mapping mapping = writer.map(Access.WRITE);
          CpuView view = mapping.cpuView()) {
        fill(view.bytes(0, SIZE));
      }
      assertEquals(Optional.of("system"), buffer.heapName());
      Attachment camera =
          buffer.attach(
              broker.register(
                  "camera", Constraints.builder().cpuReach().permittedHeaps(heap.name()).build()));
      try (Mapping mapping = camera.map(Access.READ, SOON);
          CpuView view = mapping.cpuView()) {
        assertEquals(Optional.of(heap.name()), buffer.heapName());
        check(view.bytes(0, SIZE));
      }
    }
  }

  private static void fill(ByteBuffer bytes) {
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      bytes.putLong(i, i);
    }
  }

  private static void check(ByteBuffer bytes) {
    for (int i = 0; i < SIZE; i += Long.BYTES) {
      assertEquals(i, bytes.getLong(i));
    }
  }
}
