package dev.dmabroker.samples.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ImageSpec;
import dev.dmabroker.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class V4l2QueueTest {
  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.YUYV);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int COUNT = 4;

  private V4l2Device camera;
  private V4l2Device display;
  private int size;

  @BeforeAll
  static void assumeVivid() {
    Lab.assumeVivid();
  }

  @BeforeEach
  void openBoth() {
    camera = Lab.vivid(0, V4l2Direction.CAPTURE);
    display = Lab.vivid(1, V4l2Direction.OUTPUT);
    V4l2Format captured = camera.setFormat(V4l2Direction.CAPTURE, IMAGE);
    V4l2Format shown = display.setFormat(V4l2Direction.OUTPUT, IMAGE);
    assertEquals(captured, shown);
    size = captured.sizeBytes();
  }

  @AfterEach
  void closeBoth() {
    camera.close();
    display.close();
  }

  @Test
  void framesGoFromScatteredMemoryOverContiguousToTheDisplay() {
    List<DmaHeap.Buffer> scattered = Lab.allocate(DmaHeap.SYSTEM, COUNT, size);
    List<DmaHeap.Buffer> contiguous = Lab.allocate(DmaHeap.CMA, COUNT, size);
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    V4l2Queue out = display.queue(V4l2Direction.OUTPUT, COUNT);
    assertEquals(COUNT, in.count());
    for (int i = 0; i < COUNT; i++) {
      in.queue(i, scattered.get(i).fd, 0, size);
    }
    in.start();
    Set<Long> sums = new HashSet<>();
    long lastSequence = -1;
    long lastTimestamp = 0;
    for (int frame = 0; frame < 20; frame++) {
      V4l2Buffer filled = in.dequeue(LONG).orElseThrow();
      assertFalse(filled.error());
      assertEquals(size, filled.bytesUsed());
      // vivid numbers frames by the clock: one that was late may get the number of the last.
      assertTrue(filled.sequence() >= lastSequence, filled.toString());
      assertTrue(filled.timestampNanos() > lastTimestamp, filled.toString());
      lastSequence = filled.sequence();
      lastTimestamp = filled.timestampNanos();
      int slot = frame < COUNT ? frame : out.dequeue(LONG).orElseThrow().index();
      contiguous.get(slot).copyFrom(scattered.get(filled.index()));
      sums.add(contiguous.get(slot).checksum(size));
      in.queue(filled.index(), scattered.get(filled.index()).fd, 0, size);
      out.queue(slot, contiguous.get(slot).fd, size, size);
      if (frame == COUNT - 1) {
        out.start();
      }
    }
    // vivid writes the time into its picture, so that frames differ.
    assertTrue(sums.size() > 10, sums.size() + " different pictures");
    closeAll(scattered);
    closeAll(contiguous);
  }

  @Test
  void aScatteredBufferIsNotForTheDisplay() {
    List<DmaHeap.Buffer> scattered = Lab.allocate(DmaHeap.SYSTEM, 1, 4 * size);
    display.setFormat(V4l2Direction.OUTPUT, IMAGE, 4 * 1280 * 2);
    V4l2Queue out = display.queue(V4l2Direction.OUTPUT, COUNT);
    DmaHeap.Buffer buffer = scattered.get(0);
    DeviceException e =
        assertThrows(
            DeviceException.class, () -> out.queue(0, buffer.fd, 4 * size, buffer.sizeBytes));
    assertEquals(
        "VIDIOC_QBUF on %s: EFAULT (Bad address)".formatted(display.node()), e.getMessage());
    assertEquals(0, out.queuedCount());
    assertEquals(List.of(), out.stop());
    closeAll(scattered);
  }

  @Test
  void aBufferThatIsTooSmallOrNoDmaBufIsInvalid() {
    List<DmaHeap.Buffer> small = Lab.allocate(DmaHeap.SYSTEM, 1, 4096);
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    DeviceException tooSmall =
        assertThrows(DeviceException.class, () -> in.queue(0, small.get(0).fd, 0, 4096));
    assertEquals("EINVAL", tooSmall.errnoName());
    DeviceException noDmaBuf =
        assertThrows(DeviceException.class, () -> in.queue(0, camera.fd(), 0, size));
    assertEquals("EINVAL", noDmaBuf.errnoName());
    closeAll(small);
  }

  @Test
  void stoppingTellsWhatWasQueuedAndItCanStartAgain() {
    List<DmaHeap.Buffer> buffers = Lab.allocate(DmaHeap.SYSTEM, COUNT, size);
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < COUNT; i++) {
        in.queue(i, buffers.get(i).fd, 0, size);
      }
      in.start();
      int taken = in.dequeue(LONG).orElseThrow().index();
      Set<Integer> expected = new HashSet<>(Set.of(0, 1, 2, 3));
      expected.remove(taken);
      assertEquals(List.copyOf(expected), in.stop());
      assertEquals(List.of(), in.stop());
      assertThrows(IllegalStateException.class, () -> in.dequeue(Duration.ZERO));
    }
    closeAll(buffers);
  }

  @Test
  void aBufferQueuedBeforeTheStartIsReturnedByStop() {
    List<DmaHeap.Buffer> buffers = Lab.allocate(DmaHeap.SYSTEM, 1, size);
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.queue(2, buffers.get(0).fd, 0, size);
    assertEquals(List.of(2), in.stop());
    in.queue(2, buffers.get(0).fd, 0, size);
    closeAll(buffers);
  }

  @Test
  void waitingEndsAfterTheTimeout() {
    try (V4l2Device scaler = scaler()) {
      V4l2Queue result = waitForEver(scaler);
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
  private static V4l2Queue waitForEver(V4l2Device scaler) {
    ImageSpec image = ImageSpec.of(640, 480, PixelFormat.YUYV);
    int size = scaler.setFormat(V4l2Direction.CAPTURE, image).sizeBytes();
    V4l2Queue result = scaler.queue(V4l2Direction.CAPTURE, 1);
    List<DmaHeap.Buffer> buffers = Lab.allocate(DmaHeap.SYSTEM, 1, size);
    result.queue(0, buffers.get(0).fd, 0, size);
    closeAll(buffers); // The driver has a reference of its own.
    result.start();
    return result;
  }

  @Test
  void waitingForNothingIsAnError() {
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.start();
    assertThrows(IllegalStateException.class, () -> in.dequeue(LONG));
  }

  @Test
  void closingWakesAThreadThatWaits() throws Exception {
    V4l2Device scaler = scaler();
    V4l2Queue result = waitForEver(scaler);
    FutureTask<IllegalStateException> waits =
        new FutureTask<>(
            () ->
                assertThrows(
                    IllegalStateException.class, () -> result.dequeue(Duration.ofMinutes(5))));
    Thread waiter = new Thread(waits, "waiter");
    waiter.start();
    // Whoever wants the lock is blocked as soon as the waiter waits with it.
    for (Thread probe = probe(result); probe.getState() != Thread.State.BLOCKED; ) {
      if (!probe.isAlive()) {
        probe = probe(result);
      }
      Thread.onSpinWait();
    }
    scaler.close();
    IllegalStateException e = waits.get(30, TimeUnit.SECONDS);
    assertTrue(e.toString().contains("the CAPTURE queue of /dev/video"), e.toString());
  }

  @Test
  void theDriverKeepsTheMemoryUntilTheQueueIsClosed() throws Exception {
    int unusual = size + 3 * 4096;
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    List<DmaHeap.Buffer> buffers = Lab.allocate(DmaHeap.SYSTEM, 1, unusual);
    in.queue(0, buffers.get(0).fd, 0, unusual);
    closeAll(buffers);
    in.stop();
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

  private static Thread probe(V4l2Queue queue) {
    Thread probe = new Thread(queue::queuedCount, "probe");
    probe.start();
    return probe;
  }

  @Test
  void aClosedQueueSaysSo() {
    V4l2Queue in = camera.queue(V4l2Direction.CAPTURE, COUNT);
    in.close();
    in.close();
    assertEquals(List.of(), in.stop());
    assertThrows(IllegalStateException.class, in::start);
    assertThrows(IllegalStateException.class, () -> in.queue(0, 0, 0, size));
  }

  private static void closeAll(List<DmaHeap.Buffer> buffers) {
    buffers.forEach(DmaHeap.Buffer::close);
  }
}
