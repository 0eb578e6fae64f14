package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker's buffers in the queues of vivid and vim2m, all of them real. */
@Timeout(120)
class V4l2QueueTest {
  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.YUYV);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int COUNT = 4;

  /** What no picture of vivid's has. */
  private static final long BLANK = 0x0102_0304_0506_0708L;

  private Ledger before;
  private Broker broker;
  private V4l2Device camera;
  private V4l2Device display;
  private int size;

  @BeforeAll
  static void assumeVivid() {
    Lab.assumeVivid();
  }

  @BeforeEach
  void openBoth() {
    before = Ledger.open();
    broker = Broker.builder().discoverHeaps().build();
    camera = Lab.vivid(0, V4l2Direction.CAPTURE);
    display = Lab.vivid(1, V4l2Direction.OUTPUT);
    V4l2Format captured = camera.setFormat(V4l2Direction.CAPTURE, IMAGE);
    V4l2Format shown = display.setFormat(V4l2Direction.OUTPUT, IMAGE);
    assertEquals(captured, shown);
    size = captured.sizeBytes();
  }

  @AfterEach
  void closeBothAndCompareTheBooks() {
    camera.close();
    display.close();
    assertEquals(0, Ledger.mappings(broker));
    broker.close();
    assertEquals(before, Ledger.open());
  }

  /** Buffers in one of the kernel's heaps, attached to a device that takes what lies there. */
  private List<Attachment> buffers(String heap, int count, int sizeBytes) {
    // It hides that a driver will import them, so that a memfd is offered to the driver as well.
    var device =
        broker.register(
            "device " + heap + " " + sizeBytes,
            Constraints.builder().cpuOnly().permittedHeaps(heap).build());
    List<Attachment> attached = new ArrayList<>();
    for (SharedBuffer buffer :
        broker.exportSet("frame " + sizeBytes, BlobSpec.of(sizeBytes), count)) {
      attached.add(buffer.attach(device));
    }
    return attached;
  }

  @Test
  void framesGoFromScatteredMemoryOverContiguousToTheDisplay() {
    List<Attachment> scattered = buffers(DmaHeap.SYSTEM, COUNT, size);
    List<Attachment> contiguous = buffers(DmaHeap.CMA, COUNT, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    V4l2Queue<Integer> out = display.queue(V4l2Direction.OUTPUT, COUNT);
    assertEquals(COUNT, in.count());
    for (int i = 0; i < COUNT; i++) {
      in.queue(i, scattered.get(i));
    }
    in.start();
    Set<Long> sums = new HashSet<>();
    long lastSequence = -1;
    long lastTimestamp = 0;
    for (int frame = 0; frame < 20; frame++) {
      V4l2Queue.Done<Integer> filled = in.dequeue(LONG).orElseThrow();
      assertFalse(filled.buffer().error());
      assertEquals(size, filled.buffer().bytesUsed());
      // vivid numbers frames by the clock: one that was late may get the number of the last.
      assertTrue(filled.buffer().sequence() >= lastSequence, filled.toString());
      assertTrue(filled.buffer().timestampNanos() > lastTimestamp, filled.toString());
      lastSequence = filled.buffer().sequence();
      lastTimestamp = filled.buffer().timestampNanos();
      int slot = frame < COUNT ? frame : out.dequeue(LONG).orElseThrow().frame();
      sums.add(copy(scattered.get(filled.frame()), contiguous.get(slot)));
      in.queue(filled.frame(), scattered.get(filled.frame()));
      out.queue(slot, contiguous.get(slot));
      if (frame == COUNT - 1) {
        out.start();
      }
      assertEquals(in.queuedCount() + out.queuedCount(), Ledger.mappings(broker));
    }
    // vivid writes the time into its picture, so that frames differ.
    assertTrue(sums.size() > 10, sums.size() + " different pictures");
  }

  private static long copy(Attachment from, Attachment to) {
    try (Mapping source = from.map(Access.READ);
        Mapping target = to.map(Access.OVERWRITE);
        var read = source.cpuView();
        var written = target.cpuView()) {
      written.bytes().put(read.bytes());
      return Lab.checksum(written.bytes());
    }
  }

  @Test
  void aScatteredBufferIsNotForTheDisplay() {
    display.setFormat(V4l2Direction.OUTPUT, IMAGE, 4 * 1280 * 2);
    List<Attachment> scattered = buffers(DmaHeap.SYSTEM, 1, 4 * size);
    List<Attachment> contiguous = buffers(DmaHeap.CMA, 1, 4 * size);
    V4l2Queue<Integer> out = display.queue(V4l2Direction.OUTPUT, 1);
    DeviceException e = assertThrows(DeviceException.class, () -> out.queue(0, scattered.get(0)));
    assertEquals(
        "VIDIOC_QBUF on %s: EFAULT, bad address".formatted(display.node()), e.getMessage());
    assertEquals(0, out.queuedCount());
    assertEquals(0, Ledger.mappings(broker));
    assertEquals(List.of(), out.stop());
    // videobuf2 would refuse whatever comes to the index that saw the refusal.
    out.queue(0, contiguous.get(0));
  }

  @Test
  void aBufferThatIsTooSmallOrNoDmaBufIsInvalid() {
    List<Attachment> small = buffers(DmaHeap.SYSTEM, 1, 4096);
    List<Attachment> noDmaBuf = buffers("memfd", 1, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    for (Attachment each : List.of(small.get(0), noDmaBuf.get(0))) {
      DeviceException e = assertThrows(DeviceException.class, () -> in.queue(0, each));
      assertEquals("EINVAL", e.errnoName());
      assertEquals(0, Ledger.mappings(broker));
    }
  }

  @Test
  void stoppingTellsWhatWasQueuedAndItCanStartAgain() {
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, COUNT, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < COUNT; i++) {
        in.queue(i, buffers.get(i));
      }
      in.start();
      List<Integer> expected = new ArrayList<>(List.of(0, 1, 2, 3));
      expected.remove(in.dequeue(LONG).orElseThrow().frame());
      assertEquals(expected, in.stop());
      assertEquals(0, Ledger.mappings(broker));
      assertEquals(List.of(), in.stop());
      assertThrows(IllegalStateException.class, () -> in.dequeue(Duration.ZERO));
    }
  }

  @Test
  void aBufferQueuedBeforeTheStartIsReturnedByStop() {
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, 1, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.queue(2, buffers.get(0));
    assertEquals(List.of(2), in.stop());
    in.queue(2, buffers.get(0));
  }

  @Test
  void theDriverGrantsFewerBuffersThanAskedFor() {
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, 100);
    // VIDEO_MAX_FRAME is 32, and since 6.9 drivers may allow more: vivid 64.
    int most = in.count();
    assertTrue(most == 32 || most == 64, most + " buffers");
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, most + 1, size);
    for (int i = 0; i < most; i++) {
      in.queue(i, buffers.get(i));
    }
    assertThrows(IllegalStateException.class, () -> in.queue(most, buffers.get(most)));
    assertEquals(most, Ledger.mappings(broker));
  }

  /** Whatever memory the driver takes, all of the frame is in it, where the CPU looks for it. */
  @Test
  void aFrameFillsAllOfTheMemoryThatItIsGiven() {
    Set<String> filled = new HashSet<>();
    for (var heap : broker.snapshot().heaps()) {
      Attachment buffer = buffers(heap.name(), 1, size).get(0);
      try (Mapping mapping = buffer.map(Access.OVERWRITE);
          var view = mapping.cpuView()) {
        for (int at = 0; at < size; at += Long.BYTES) {
          view.bytes().putLong(at, BLANK);
        }
      }
      try (V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, 1)) {
        in.queue(0, buffer);
        in.start();
        assertFalse(in.dequeue(LONG).orElseThrow().buffer().error());
      } catch (DeviceException e) {
        continue; // The driver does not take this memory.
      }
      try (Mapping mapping = buffer.map(Access.READ);
          var view = mapping.cpuView()) {
        int blank = 0;
        for (int at = 0; at < size; at += Long.BYTES) {
          blank += view.bytes().getLong(at) == BLANK ? 1 : 0;
        }
        assertEquals(0, blank, heap.name() + ": words that the camera did not write");
      }
      filled.add(heap.name());
    }
    System.out.println("a frame fills all of " + new TreeSet<>(filled));
    assertTrue(filled.containsAll(Set.of(DmaHeap.SYSTEM, DmaHeap.CMA)), filled.toString());
  }

  @Test
  void anErrorOfTheDriverUnmaps() {
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, COUNT, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    camera.controls().set("Inject VIDIOC_QBUF Error", 1);
    DeviceException e = assertThrows(DeviceException.class, () -> in.queue(0, buffers.get(0)));
    assertEquals("VIDIOC_QBUF", e.call());
    assertEquals(0, Ledger.mappings(broker));
    for (int i = 0; i < 3; i++) {
      in.queue(i, buffers.get(i));
    }
    camera.controls().set("Inject VIDIOC_STREAMON Error", 1);
    assertThrows(DeviceException.class, in::start);
    // videobuf2 gives the buffers back to itself: the queue still has them.
    assertEquals(3, Ledger.mappings(broker));
    in.start();
    camera.controls().set("Inject Fatal Streaming Error", 1);
    DeviceException fatal =
        assertThrows(
            DeviceException.class,
            () -> {
              while (true) {
                in.dequeue(LONG).orElseThrow();
              }
            });
    assertEquals("EIO", fatal.errnoName());
    in.stop();
    assertEquals(0, Ledger.mappings(broker));
    in.queue(0, buffers.get(0));
    in.start();
    assertFalse(in.dequeue(LONG).orElseThrow().buffer().error());
  }

  @Test
  void aDeviceThatIsUnpluggedLeavesNothingMapped() {
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, COUNT, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    for (int i = 0; i < COUNT; i++) {
      in.queue(i, buffers.get(i));
    }
    in.start();
    assertFalse(in.dequeue(LONG).orElseThrow().buffer().error());
    // vivid comes back when its last user has closed it.
    camera.controls().set("Disconnect", 1);
    DeviceException e =
        assertThrows(
            DeviceException.class,
            () -> {
              while (true) {
                in.dequeue(LONG).orElseThrow();
              }
            });
    assertTrue(e.isGone(), e.toString());
    DeviceException stopping = assertThrows(DeviceException.class, in::stop);
    assertTrue(stopping.isGone(), stopping.toString());
    assertEquals(0, Ledger.mappings(broker));
    camera.close();
    camera = Lab.vivid(0, V4l2Direction.CAPTURE);
  }

  @Test
  void aDescriptorThatIsClosedUnderTheQueueLeavesNothingMapped() {
    List<Attachment> buffers = buffers(DmaHeap.SYSTEM, COUNT, size);
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.queue(0, buffers.get(0));
    in.queue(1, buffers.get(1));
    in.start();
    // Its number goes to another node, which must neither be used nor closed in its stead.
    LibC.calls().close(camera.fd());
    int stranger = LibC.calls().fcntl(display.fd(), LibC.F_DUPFD_CLOEXEC, camera.fd());
    DeviceException e = assertThrows(DeviceException.class, () -> in.queue(2, buffers.get(2)));
    assertEquals("EBADF", e.errnoName());
    assertThrows(DeviceException.class, in::stop);
    assertEquals(0, Ledger.mappings(broker));
    camera.close();
    assertEquals(0, LibC.calls().close(stranger));
  }

  @Test
  void aFrameInTwoPlanesIsTwoBuffers() {
    try (V4l2Device camera = Lab.vivid(2, V4l2Direction.CAPTURE)) {
      int code = PixelFormat.NV12.v4l2MultiPlanarCode().orElseThrow();
      V4l2Format format = camera.setFormat(V4l2Direction.CAPTURE, 1280, 720, code, 0);
      assertEquals(
          "1280x720 NM12, stride 1280, 921600 bytes, stride 1280, 460800 bytes", format.toString());
      V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, 2);
      List<Attachment> luma = buffers(DmaHeap.SYSTEM, 2, format.planes().get(0).sizeBytes());
      List<Attachment> chroma = buffers(DmaHeap.SYSTEM, 2, format.planes().get(1).sizeBytes());
      for (int i = 0; i < 2; i++) {
        in.queue(i, luma.get(i), chroma.get(i));
      }
      assertThrows(IllegalArgumentException.class, () -> in.queue(2, luma.get(0)));
      assertEquals(4, Ledger.mappings(broker));
      in.start();
      V4l2Queue.Done<Integer> done = in.dequeue(LONG).orElseThrow();
      assertEquals(921600 + 460800, done.buffer().bytesUsed());
      assertTrue(isWritten(luma.get(done.frame())));
      assertTrue(isWritten(chroma.get(done.frame())));
    }
  }

  private static boolean isWritten(Attachment plane) {
    try (Mapping mapping = plane.map(Access.READ);
        var view = mapping.cpuView()) {
      var bytes = view.bytes();
      for (int i = 0; i < bytes.capacity(); i++) {
        if (bytes.get(i) != 0) {
          return true;
        }
      }
      return false;
    }
  }

  @Test
  void waitingEndsAfterTheTimeout() {
    try (V4l2Device scaler = scaler()) {
      V4l2Queue<Integer> result = waitForEver(scaler);
      long before = System.nanoTime();
      assertTrue(result.dequeue(Duration.ofMillis(300)).isEmpty());
      assertTrue(System.nanoTime() - before >= 300_000_000);
      assertTrue(result.dequeue(Duration.ZERO).isEmpty());
      assertEquals(List.of(0), result.stop());
    }
  }

  private static V4l2Device scaler() {
    return V4l2Device.find(V4l2Direction.OUTPUT, c -> c.driver().equals("vim2m")).orElseThrow();
  }

  /** A queue whose buffer never comes back, because the scaler is given nothing to scale. */
  private V4l2Queue<Integer> waitForEver(V4l2Device scaler) {
    ImageSpec image = ImageSpec.of(640, 480, PixelFormat.YUYV);
    int bytes = scaler.setFormat(V4l2Direction.CAPTURE, image).sizeBytes();
    V4l2Queue<Integer> result = scaler.queue(V4l2Direction.CAPTURE, 1);
    result.queue(0, buffers(DmaHeap.SYSTEM, 1, bytes).get(0));
    result.start();
    return result;
  }

  @Test
  void waitingForNothingIsAnError() {
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.start();
    assertThrows(IllegalStateException.class, () -> in.dequeue(LONG));
  }

  @Test
  void stoppingAndClosingWakeAThreadThatWaits() throws Exception {
    for (boolean close : new boolean[] {false, true}) {
      try (V4l2Device scaler = scaler()) {
        V4l2Queue<Integer> result = waitForEver(scaler);
        FutureTask<IllegalStateException> waits =
            new FutureTask<>(
                () ->
                    assertThrows(
                        IllegalStateException.class, () -> result.dequeue(Duration.ofMinutes(5))));
        Thread waiter = new Thread(waits, "v4l2-waiter");
        waiter.start();
        awaitSleepInPoll(waiter);
        if (close) {
          scaler.close();
        } else {
          assertEquals(List.of(0), result.stop());
        }
        IllegalStateException e = waits.get(30, TimeUnit.SECONDS);
        assertTrue(e.toString().contains("the CAPTURE queue of /dev/video"), e.toString());
        assertEquals(0, Ledger.mappings(broker));
      }
      broker.close();
      broker = Broker.builder().discoverHeaps().build();
    }
  }

  /** The JVM says which call it is in, and the kernel, by the thread's name, whether it sleeps. */
  private static void awaitSleepInPoll(Thread waiter) throws IOException, InterruptedException {
    while (!isInPoll(waiter) || !sleeps(waiter.getName())) {
      Thread.sleep(1);
    }
  }

  private static boolean isInPoll(Thread waiter) {
    StackTraceElement[] stack = waiter.getStackTrace();
    return stack.length > 0 && stack[0].getMethodName().equals("ppoll");
  }

  private static boolean sleeps(String name) throws IOException {
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (read(task.resolve("stat")).contains("(" + name + ") S ")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return ""; // The task has ended.
    }
  }

  @Test
  void theDriverKeepsTheMemoryUntilTheQueueIsClosed() throws Exception {
    int unusual = Lab.wholePages(size) + 3 * (int) Pages.size();
    V4l2Queue<Integer> in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    Attachment buffer = buffers(DmaHeap.SYSTEM, 1, unusual).get(0);
    in.queue(0, buffer);
    in.stop();
    assertTrue(buffer.buffer().tryEvacuate());
    assertEquals(1, buffersOf(unusual));
    in.close();
    assertEquals(0, buffersOf(unusual));
  }

  /** The kernel's own list; a line begins with the size in bytes, eight digits. */
  private static long buffersOf(int sizeBytes) throws IOException {
    Path list = Path.of("/sys/kernel/debug/dma_buf/bufinfo");
    String start = "%08d".formatted(sizeBytes);
    return Files.readAllLines(list).stream().filter(line -> line.startsWith(start)).count();
  }

  /**
   * What there was before dma-bufs: a copy by the CPU, and the program's memory in both devices.
   */
  @Test
  void framesGoByTheMemoryOfBeforeToo() {
    V4l2CpuQueue in = camera.driversMemory(V4l2Direction.CAPTURE, COUNT);
    V4l2CpuQueue out = display.driversMemory(V4l2Direction.OUTPUT, COUNT);
    in.queue(0);
    in.start();
    V4l2Buffer filled = in.dequeue(LONG).orElseThrow();
    out.copyFrame(1, in, filled.index());
    out.queue(1);
    out.queue(2);
    out.start();
    assertEquals(1, out.dequeue(LONG).orElseThrow().index());
    out.close();
    in.close();
    assertThrows(IllegalStateException.class, () -> out.copyFrame(1, in, 0));

    try (V4l2Device shows = Lab.vivid(0, V4l2Direction.OUTPUT);
        PageMemory first = new PageMemory(size);
        PageMemory second = new PageMemory(size)) {
      shows.setFormat(V4l2Direction.OUTPUT, IMAGE);
      V4l2CpuQueue user = camera.usersMemory(V4l2Direction.CAPTURE, List.of(first, second));
      V4l2CpuQueue shown = shows.usersMemory(V4l2Direction.OUTPUT, List.of(first, second));
      user.queue(1);
      user.start();
      shown.queue(user.dequeue(LONG).orElseThrow().index());
      shown.queue(0);
      shown.start();
      assertEquals(1, shown.dequeue(LONG).orElseThrow().index());
      user.close();
    }
  }
}
