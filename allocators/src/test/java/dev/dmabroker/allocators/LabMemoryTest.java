package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.CpuView;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.InOrder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory of a real kernel's drivers, moved to and from, imported, and shadowed. */
class LabMemoryTest {
  private static final int SIZE = 1 << 20;
  private static final Duration SOON = Duration.ofMinutes(2);

  private int descriptorsBefore;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Heap system;

  @SuppressWarnings("NullAway.Init") // by start(), in each test
  private Broker broker;

  @BeforeEach
  void open() {
    descriptorsBefore = OwnProcess.memoryDescriptors();
    system = Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system");
  }

  private void start(Heap... others) {
    BrokerBuilder builder = Broker.builder().heap(system).heuristic(new InOrder());
    for (Heap other : others) {
      builder.heap(other);
    }
    broker = builder.build();
  }

  @AfterEach
  void nothingIsLeft() {
    if (broker != null) {
      broker.close();
      assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors());
    }
  }

  private Attachment attach(SharedBuffer buffer, String name, String... heaps) {
    return buffer.attach(
        broker.register(name, Constraints.builder().cpuReach().permittedHeaps(heaps).build()));
  }

  private static void fill(Attachment attachment, long value) {
    try (Mapping mapping = attachment.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      fill(view.bytes(0, SIZE), value);
    }
  }

  private static void fill(ByteBuffer bytes, long value) {
    for (int i = 0; i < SIZE; i += 8) {
      bytes.putLong(i, value + i);
    }
  }

  private static void check(Attachment attachment, long value) {
    try (Mapping mapping = attachment.map(Access.READ, SOON);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes(0, SIZE);
      for (int i = 0; i < SIZE; i += 8) {
        assertEquals(value + i, bytes.getLong(i));
      }
    }
  }

  private void movesInAndOut(Heap other) {
    start(other);
    SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
    Attachment in = attach(buffer, "in", "system", other.name());
    fill(in, 1);
    assertEquals(Optional.of("system"), buffer.heapName());
    try (Attachment there = attach(buffer, "there", other.name())) {
      check(there, 1);
      assertEquals(Optional.of(other.name()), buffer.heapName());
      fill(there, 2);
    }
    check(attach(buffer, "back", "system"), 2);
    assertEquals(Optional.of("system"), buffer.heapName());
  }

  @Test
  void contentsMoveInAndOutOfDumbBuffers() {
    movesInAndOut(Machine.open(Heaps.drmDumb(), "drm-card0", "/dev/dri/card0 with dumb buffers"));
  }

  @Test
  void contentsMoveInAndOutOfADriversOwnBuffers() {
    movesInAndOut(V4l2Nodes.open("vivid-000-vid-cap", V4l2Heap.Queue.CAPTURE));
  }

  @Test
  void aBufferKeepsItsIndexAndOthersDoNotHaveOne() throws Exception {
    start();
    var node = V4l2Nodes.require("vivid-000-vid-cap");
    V4l2Nodes.setFormat(node, V4l2Heap.Queue.CAPTURE, 640, 360);
    int fd = OwnProcess.open(node);
    try (V4l2Heap heap = V4l2Heap.of("camera", fd, V4l2Heap.Queue.CAPTURE)) {
      Backing one = heap.allocate(new Heap.Request("one", 1));
      Backing two = heap.allocate(new Heap.Request("two", 1));
      int duplicate = two.dupFd();
      assertEquals(0, heap.indexOf(one.fd()).orElseThrow());
      assertEquals(1, heap.indexOf(two.fd()).orElseThrow());
      assertEquals(1, heap.indexOf(duplicate).orElseThrow());
      assertTrue(heap.indexOf(0).isEmpty());
      // Memory that has another holder is not given out again; other memory is, and is clear. A
      // driver that can remove single buffers (since 6.10) has a new one at the index.
      two.release();
      Backing three = heap.allocate(new Heap.Request("three", 1));
      assertTrue(heap.indexOf(three.fd()).orElseThrow() > 0);
      assertTrue(heap.indexOf(duplicate).isEmpty());
      OwnProcess.close(duplicate);
      three.bytes(0, 1).put(0, (byte) 5);
      three.release();
      Backing four = heap.allocate(new Heap.Request("four", 1));
      Backing five = heap.allocate(new Heap.Request("five", 1));
      assertEquals(
          List.of(1, 2),
          List.of(heap.indexOf(four.fd()).orElseThrow(), heap.indexOf(five.fd()).orElseThrow()));
      assertEquals(0, five.bytes(0, 1).get(0));
      MemoryRefusedException busy =
          assertThrows(
              MemoryRefusedException.class,
              () -> {
                int other = OwnProcess.open(node);
                try {
                  V4l2Heap.of("other", other, V4l2Heap.Queue.CAPTURE).close();
                } finally {
                  OwnProcess.close(other);
                }
              });
      assertTrue(String.valueOf(busy.getMessage()).contains("EBUSY"), busy.getMessage());
      List.of(one, four, five).forEach(Backing::release);
    } finally {
      OwnProcess.close(fd);
    }
  }

  // ---- Imports ----

  @Test
  void anImportIsKnownUnderEachDescriptor() throws Exception {
    start(Machine.open(Heaps.dmaHeaps(), "cma", "a CMA node in /dev/dma_heap"));
    try (Heap exporter = Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system")) {
      Backing foreign = exporter.allocate(new Heap.Request("foreign", SIZE));
      fill(foreign.bytes(0, SIZE), 3);
      int duplicate = foreign.dupFd();
      SharedBuffer buffer =
          broker.adopt("screen", BlobSpec.of(SIZE), ImportedDmaBuf.of(foreign.fd()));
      DuplicateMemoryException refusal =
          assertThrows(
              DuplicateMemoryException.class,
              () -> broker.adopt("again", BlobSpec.of(SIZE), ImportedDmaBuf.of(duplicate)));
      assertEquals("screen", refusal.buffer());
      OwnProcess.close(duplicate);
      Attachment in =
          buffer.attach(broker.register("gpu", Constraints.builder().cpuReach().build()));
      foreign.release();
      check(in, 3);

      var contiguous =
          broker.register("display", Constraints.builder().contiguous().cpuReach().build());
      assertThrows(PinnedException.class, () -> buffer.attach(contiguous));
      try (Shadow shadow = broker.shadow(buffer)) {
        Attachment out = shadow.buffer().attach(contiguous);
        shadow.refresh(SOON);
        check(out, 3);
        fill(out, 4);
        shadow.writeBack(SOON);
        check(in, 4);
        out.close();
      }
    }
  }

  @Test
  void whatIsDeclaredOfAnImportCounts() throws Exception {
    start();
    try (Heap exporter = Machine.open(Heaps.dmaHeaps(), "cma", "a CMA node in /dev/dma_heap")) {
      Backing foreign = exporter.allocate(new Heap.Request("foreign", SIZE));
      HeapTraits declared =
          HeapTraits.builder()
              .contiguous(Trait.declared(true))
              .deviceAccess(Trait.declared(true))
              .build();
      SharedBuffer buffer =
          broker.adopt("screen", BlobSpec.of(SIZE), ImportedDmaBuf.of(foreign.fd(), declared));
      Attachment display =
          buffer.attach(broker.register("display", Constraints.builder().contiguous().build()));
      assertThrows(PinnedException.class, () -> attach(buffer, "reader", "imported"));
      display.close();
      foreign.release();
    }
  }

  @Test
  void theBrokersOwnMemoryIsNotImportedIntoIt() {
    start();
    SharedBuffer buffer = broker.export("own", BlobSpec.of(SIZE));
    try (Mapping mapping = attach(buffer, "in", "system").map(Access.WRITE)) {
      DuplicateMemoryException refusal =
          assertThrows(
              DuplicateMemoryException.class,
              () -> broker.adopt("again", BlobSpec.of(SIZE), ImportedDmaBuf.of(mapping.fd())));
      assertEquals("own", refusal.buffer());
    }
  }

  @Test
  void aDescriptorThatBecameAnotherFilesIsRefused() throws Exception {
    start();
    try (Heap exporter = Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system")) {
      Backing foreign = exporter.allocate(new Heap.Request("foreign", SIZE));
      int number = foreign.dupFd();
      ImportedDmaBuf imported = ImportedDmaBuf.of(number);
      OwnProcess.close(number);
      AllocationException closed =
          assertThrows(
              AllocationException.class, () -> broker.adopt("closed", BlobSpec.of(SIZE), imported));
      assertTrue(String.valueOf(closed.getMessage()).contains("EBADF"), closed.getMessage());
      Backing other = exporter.allocate(new Heap.Request("other", SIZE));
      int recycled = other.dupFd();
      if (recycled == number) {
        AllocationException refusal =
            assertThrows(
                AllocationException.class,
                () -> broker.adopt("other", BlobSpec.of(SIZE), imported));
        assertTrue(String.valueOf(refusal.getMessage()).contains("another file's"));
      }
      OwnProcess.close(recycled);
      other.release();
      foreign.release();
      assertFalse(OwnProcess.closeOnExec(number));
    }
  }
}
