package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.InOrder;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application's own memory as a buffer, on any machine. */
class AdoptedMemoryTest {
  private static final int SIZE = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Broker broker =
      Broker.builder()
          .heap(ModelledHeap.builder("system").build())
          .heap(ModelledHeap.builder("cma").contiguous(true).build())
          .heuristic(new InOrder())
          .build();
  private final int descriptorsBefore = OwnProcess.memoryDescriptors();

  @AfterEach
  void nothingIsLeft() {
    broker.close();
    assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors());
  }

  private static ByteBuffer filled() {
    return filled(ByteBuffer.allocateDirect(SIZE));
  }

  private static ByteBuffer filled(ByteBuffer memory) {
    memory.order(ByteOrder.nativeOrder());
    for (int i = 0; i + 8 <= memory.capacity(); i += 8) {
      memory.putLong(i, 42L + i);
    }
    return memory;
  }

  private static void check(Attachment attachment, int from) {
    try (Mapping mapping = attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes(0, (int) mapping.layout().sizeBytes());
      for (int i = 0; i + 8 <= bytes.capacity(); i += 8) {
        assertEquals(42L + from + i, bytes.getLong(i));
      }
    }
  }

  private Attachment attach(SharedBuffer buffer, String name, Constraints constraints) {
    return buffer.attach(broker.register(name, constraints));
  }

  private static Constraints cpu() {
    return Constraints.builder().cpuOnly().build();
  }

  private static Constraints importer() {
    return Constraints.builder().contiguous().build();
  }

  @Test
  void whoTakesUserPointersUsesItWhereItIs() {
    ByteBuffer memory = filled();
    SharedBuffer buffer = broker.adopt("mine", BlobSpec.of(SIZE), UserMemory.of(memory));
    Attachment in = attach(buffer, "usb camera", cpu());
    check(in, 0);
    assertEquals(Optional.of("user-memory"), buffer.heapName());
    try (Mapping mapping = in.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putLong(0, 7);
      assertThrows(DescriptorException.class, mapping::fd);
      assertThrows(DescriptorException.class, mapping::dupFd);
    }
    assertEquals(7, memory.getLong(0));
  }

  @Test
  void movedAwayItIsTheApplicationsAlone() {
    ByteBuffer memory = filled();
    SharedBuffer buffer = broker.adopt("mine", BlobSpec.of(SIZE), UserMemory.of(memory));
    Attachment in = attach(buffer, "camera", cpu());
    Attachment out = attach(buffer, "display", importer());
    check(out, 0);
    assertEquals(Optional.of("cma"), buffer.heapName());
    memory.putLong(0, 1);
    check(out, 0);
    try (Mapping mapping = in.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putLong(8, 2);
    }
    assertEquals(50, memory.getLong(8));
  }

  @Test
  void memoryThatStaysIsReadAndWrittenByAShadow() {
    ByteBuffer memory = filled();
    SharedBuffer buffer = broker.adopt("mine", BlobSpec.of(SIZE), UserMemory.staying(memory));
    assertThrows(PinnedException.class, () -> attach(buffer, "display", importer()));
    try (Shadow shadow = broker.shadow(buffer)) {
      Attachment encoder = attach(shadow.buffer(), "encoder", importer());
      shadow.refresh(SOON);
      check(encoder, 0);
      try (Mapping mapping = encoder.map(Access.WRITE);
          CpuView view = mapping.cpuView()) {
        view.bytes().putLong(0, 9);
      }
      assertEquals(42, memory.getLong(0));
      shadow.writeBack(SOON);
      assertEquals(9, memory.getLong(0));
    }
  }

  @Test
  void aMappedFileIsReadWithoutACopy(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("frames");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer memory = filled(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
      SharedBuffer buffer = broker.adopt("file", BlobSpec.of(SIZE), UserMemory.of(memory));
      check(attach(buffer, "reader", cpu()), 0);
      check(attach(buffer, "display", importer()), 0);
    }
    assertEquals(SIZE, Files.size(file));
  }

  @Test
  void alignmentIsThatOfTheAddress() {
    ByteBuffer memory = filled();
    ByteBuffer odd = memory.duplicate().position(8).limit(8 + SIZE / 2);
    UserMemory user = UserMemory.of(odd);
    assertTrue(user.traits().alignmentBytes().or(0L) < Pages.size());
    SharedBuffer buffer = broker.adopt("odd", BlobSpec.of(SIZE / 2), user);
    check(attach(buffer, "reader", cpu()), 8);
    Attachment strict =
        attach(buffer, "driver", Constraints.builder().alignment(Pages.size()).build());
    check(strict, 8);
    assertFalse(buffer.heapName().equals(Optional.of("user-memory")));
  }

  @Test
  void whatCannotBeUsedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> UserMemory.of(ByteBuffer.allocate(SIZE)));
    assertThrows(
        IllegalArgumentException.class,
        () -> UserMemory.of(ByteBuffer.allocateDirect(SIZE).asReadOnlyBuffer()));
    assertThrows(IllegalArgumentException.class, () -> UserMemory.of(ByteBuffer.allocateDirect(0)));
    assertThrows(
        AllocationException.class,
        () -> broker.adopt("small", BlobSpec.of(SIZE + 1), UserMemory.of(filled())));
    for (long size : new long[] {1L << 46, Long.MAX_VALUE}) {
      assertThrows(
          AllocationException.class,
          () -> broker.adopt("absurd", BlobSpec.of(size), UserMemory.of(filled())));
    }
  }

  @Test
  void viewsThatOutliveTheBufferDoNotFault() throws Exception {
    Backing backing = UserMemory.of(filled()).open();
    ByteBuffer stale = backing.bytes(8, 16);
    backing.release();
    System.gc();
    assertEquals(50, stale.order(ByteOrder.nativeOrder()).getLong(0));
    assertThrows(HeapException.class, () -> backing.bytes(0, 1));
    assertThrows(HeapException.class, () -> backing.beginCpuAccess(Access.READ));
  }

  @Test
  void theMemoryIsReachableAsLongAsTheBufferLiesInIt() {
    ByteBuffer memory = filled();
    WeakReference<ByteBuffer> root = new WeakReference<>(memory);
    SharedBuffer buffer = broker.adopt("mine", BlobSpec.of(SIZE), UserMemory.of(memory));
    memory = null;
    System.gc();
    Attachment in = attach(buffer, "reader", cpu());
    check(in, 0);
    assertFalse(root.refersTo(null));
    in.close();
    buffer.close();
    assertTrue(OwnProcess.collectUntil(() -> root.refersTo(null)));
  }

  @Test
  void whatIsNoDmaBufIsNotImported() throws Exception {
    assertSays(
        assertThrows(MemoryRefusedException.class, () -> ImportedDmaBuf.of(-1)),
        "descriptor -1",
        "EBADF",
        "give a descriptor that is open");
    assertSays(
        assertThrows(MemoryRefusedException.class, () -> ImportedDmaBuf.of(99_999)), "EBADF");
    Backing memfd = ModelledHeap.builder("memfd").build().allocate(new Heap.Request("memfd", 1));
    assertSays(
        assertThrows(MemoryRefusedException.class, () -> ImportedDmaBuf.of(memfd.fd())),
        "no dma-buf",
        "udmabuf");
    String position = Files.readString(Path.of("/proc/self/fdinfo/" + memfd.fd()));
    assertTrue(position.matches("(?s)pos:\\s*0\\n.*"), "looking at it does not seek in it");
    memfd.release();
    MemoryRefusedException refusal =
        assertThrows(MemoryRefusedException.class, () -> ImportedDmaBuf.of(0));
    assertEquals(HeapException.Kind.FAILED, refusal.kind());
  }

  private static void assertSays(Throwable failure, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(failure.getMessage()).contains(part), failure.getMessage());
    }
  }
}
