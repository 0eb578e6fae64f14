package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a driver does, no mapping stays behind. The driver is played, the broker is real. */
@Timeout(60)
class V4l2QueueFaultTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int WIDTH = 16;

  private final FakeV4l2 driver = new FakeV4l2(WIDTH, 1);
  private final List<Attachment> buffers = new ArrayList<>();
  private Broker broker;

  @BeforeEach
  void export() {
    broker = Broker.builder().discoverHeaps().heaps(Heaps.modelledStandIns()).build();
    var camera = broker.register("camera", Constraints.builder().cpuReach().build());
    for (SharedBuffer buffer : broker.exportSet("frame", BlobSpec.of(WIDTH * WIDTH), 8)) {
      buffers.add(buffer.attach(camera));
    }
  }

  @AfterEach
  void nothingIsMapped() {
    assertEquals(0, Ledger.mappings(broker));
    broker.close();
  }

  @Test
  void theDriverHasABufferFromQueueingToDequeueing() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.queue(0, buffers.get(0));
      queue.queue(1, buffers.get(1));
      assertEquals(2, Ledger.mappings(broker));
      queue.start();
      driver.fill();
      List<Integer> mappedInCallback = new ArrayList<>();
      assertEquals(
          0,
          queue
              .dequeue(LONG, done -> mappedInCallback.add(Ledger.mappings(broker)))
              .orElseThrow()
              .frame());
      assertEquals(List.of(2), mappedInCallback);
      assertEquals(1, Ledger.mappings(broker));
      assertEquals(List.of(1), queue.stop());
      assertEquals(0, Ledger.mappings(broker));
    }
    assertEquals(0, driver.descriptorsOpen);
  }

  @Test
  void aFrameTakesTwoCallsAndAWait() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.start();
      driver.calls();
      for (int frame = 0; frame < 10; frame++) {
        queue.queue(frame, buffers.get(frame % 4));
        driver.fill();
        assertEquals(frame, queue.dequeue(LONG).orElseThrow().frame());
        assertEquals(3, driver.calls(), "VIDIOC_QBUF, poll, VIDIOC_DQBUF");
      }
    }
  }

  @Test
  void aLookTakesOneCall() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.queue(0, buffers.get(0));
      queue.start();
      driver.calls();
      assertEquals(Optional.empty(), queue.dequeue(Duration.ZERO));
      assertEquals(1, driver.calls());
      driver.fill();
      assertEquals(0, queue.dequeue(Duration.ZERO).orElseThrow().frame());
      assertEquals(1, driver.calls());
    }
  }

  @Test
  void theDriverIsBusyWhileItIsDoneWithNoneOfItsBuffers() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.queue(0, buffers.get(0));
      assertFalse(queue.isBusy(), "it does not stream");
      queue.start();
      assertTrue(queue.isBusy());
      queue.queue(1, buffers.get(1));
      driver.fill();
      assertFalse(queue.isBusy(), "it may be done with all");
      assertTrue(queue.dequeue(LONG).isPresent());
      assertTrue(queue.isBusy());
      driver.fill();
      assertTrue(queue.dequeue(LONG).isPresent());
      assertFalse(queue.isBusy(), "it has none");
    }
  }

  @Test
  void aRefusedBufferIsUnmappedAndTheQueueGoesOn() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 2);
      driver.refusal = Errno.EFAULT.code();
      DeviceException e = assertThrows(DeviceException.class, () -> queue.queue(0, buffers.get(0)));
      assertEquals("VIDIOC_QBUF on /dev/fake: EFAULT, bad address", e.getMessage());
      assertEquals(0, Ledger.mappings(broker));
      assertEquals(0, queue.queuedCount());
      driver.refusal = 0;
      queue.queue(1, buffers.get(1));
      // The index that saw the refusal is avoided, and replaced when nothing is queued any more.
      assertEquals(List.of(1), driver.history);
      int before = driver.requests;
      queue.stop();
      assertEquals(before + 2, driver.requests);
      queue.stop();
      assertEquals(before + 2, driver.requests);
    }
  }

  @Test
  void aDriverMayGrantFewerBuffersThanAskedFor() {
    driver.limit = 2;
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      assertEquals(2, queue.count());
      queue.queue(0, buffers.get(0));
      queue.queue(1, buffers.get(1));
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> queue.queue(2, buffers.get(2)));
      assertEquals(
          "the CAPTURE queue of /dev/fake has all of its 2 buffers queued", e.getMessage());
      assertEquals(2, Ledger.mappings(broker));
    }
  }

  @Test
  void aDriverThatGrantsNoneHasNoQueue() {
    driver.limit = 0;
    try (V4l2Device device = driver.open()) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> device.queue(V4l2Direction.CAPTURE, 4));
      assertTrue(e.toString().contains("granted none of the 4 buffers"), e.getMessage());
    }
  }

  @Test
  void aNodeThatVanishesUnderAWaiterLeavesNothingMapped() throws Exception {
    V4l2Device device = driver.open();
    V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
    queue.queue(0, buffers.get(0));
    queue.queue(1, buffers.get(1));
    queue.start();
    FutureTask<DeviceException> waits =
        new FutureTask<>(() -> assertThrows(DeviceException.class, () -> queue.dequeue(LONG)));
    new Thread(waits, "waiter").start();
    driver.vanish();
    assertTrue(waits.get(30, TimeUnit.SECONDS).isGone());
    assertThrows(DeviceException.class, () -> queue.queue(2, buffers.get(2)));
    assertEquals(2, Ledger.mappings(broker));
    DeviceException e = assertThrows(DeviceException.class, queue::stop);
    assertEquals("ENODEV", e.errnoName());
    assertEquals(0, Ledger.mappings(broker));
    device.close();
    assertTrue(queue.isClosed());
    assertEquals(0, driver.descriptorsOpen);
  }

  @Test
  void stoppingWakesWhoWaits() throws Exception {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.queue(0, buffers.get(0));
      queue.start();
      FutureTask<IllegalStateException> waits =
          new FutureTask<>(
              () -> assertThrows(IllegalStateException.class, () -> queue.dequeue(LONG)));
      Thread waiter = new Thread(waits, "waiter");
      waiter.start();
      Await.parked(waiter);
      assertEquals(List.of(0), queue.stop());
      assertEquals(
          "the CAPTURE queue of /dev/fake is not streaming",
          waits.get(30, TimeUnit.SECONDS).getMessage());
    }
  }

  @Test
  void whatTheCallbackThrowsIsThrownOnAfterTheUnmap() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      queue.queue(0, buffers.get(0));
      queue.start();
      driver.fill();
      assertThrows(
          UnsupportedOperationException.class,
          () ->
              queue.dequeue(
                  LONG,
                  done -> {
                    throw new UnsupportedOperationException();
                  }));
      assertEquals(0, Ledger.mappings(broker));
      assertEquals(0, queue.queuedCount());
    }
  }

  @Test
  void aFrameInFivePlanesNeedsFiveBuffers() {
    FakeV4l2 five = new FakeV4l2(WIDTH, 5);
    try (V4l2Device device = five.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      assertEquals(5, queue.format().planes().size());
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> queue.queue(0, buffers.get(0), buffers.get(1)));
      assertTrue(e.toString().contains("takes frames in 5 planes"), e.getMessage());
      assertEquals(0, Ledger.mappings(broker));
      queue.queue(0, buffers.subList(0, 5).toArray(Attachment[]::new));
      assertEquals(5, Ledger.mappings(broker));
      queue.start();
      five.fill();
      assertEquals(0, queue.dequeue(LONG).orElseThrow().frame());
      assertThrows(IllegalStateException.class, () -> queue.format().layout());
    }
  }

  @Test
  void aPlaneThatCannotBeMappedLeavesNoOtherMapped() {
    FakeV4l2 two = new FakeV4l2(WIDTH, 2);
    try (V4l2Device device = two.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 4);
      buffers.get(1).close();
      assertThrows(ClosedException.class, () -> queue.queue(0, buffers.get(0), buffers.get(1)));
      assertEquals(0, Ledger.mappings(broker));
    }
  }

  @Test
  void morePlanesThanV4l2KnowsAreNoFormat() {
    try (V4l2Device device = new FakeV4l2(WIDTH, 9).open()) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> device.format(V4l2Direction.CAPTURE));
      assertEquals("/dev/fake says that a frame has 9 planes; V4L2 knows up to 8", e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aFormatWithoutASizeHasNoQueue(int planes) {
    FakeV4l2 unset = new FakeV4l2(0, planes);
    try (V4l2Device device = unset.open()) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> device.queue(V4l2Direction.CAPTURE, 4));
      assertTrue(e.toString().contains("CAPTURE of /dev/fake has no format yet, it is 0x0"));
      assertEquals(0, unset.requests);
    }
  }

  @Test
  void memoryGoesWhereItWasLast() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 3);
      queue.start();
      for (int frame : new int[] {0, 1, 2, 1, 0, 2, 2}) {
        queue.queue(frame, buffers.get(frame));
        driver.fill();
        assertEquals(frame, queue.dequeue(LONG).orElseThrow().frame());
      }
      assertEquals(List.of(0, 1, 2, 1, 0, 2, 2), driver.history);
      // A fourth takes the place of the one that was away for longest.
      queue.queue(3, buffers.get(3));
      assertEquals(1, driver.history.get(7));
    }
  }

  @Test
  void aClosedQueueTakesNothing() {
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 3);
      queue.queue(0, buffers.get(0));
      queue.close();
      queue.close();
      assertEquals(List.of(), queue.stop());
      assertThrows(IllegalStateException.class, queue::start);
      assertThrows(IllegalStateException.class, () -> queue.dequeue(LONG));
      Mapping mapping = buffers.get(1).map(Access.OVERWRITE);
      assertThrows(IllegalStateException.class, () -> queue.queue(1, mapping));
      assertFalse(mapping.isOpen());
    }
  }

  /** Random steps, random refusals, stops at random moments: whatever happens, all is unmapped. */
  @Test
  void noOrderOfStepsLeavesAMapping() {
    Random random = new Random(5);
    try (V4l2Device device = driver.open()) {
      V4l2Queue<Integer> queue = device.queue(V4l2Direction.CAPTURE, 3);
      queue.start();
      for (int step = 0; step < 2000; step++) {
        driver.refusal = random.nextInt(4) == 0 ? Errno.EINVAL.code() : 0;
        try {
          switch (random.nextInt(6)) {
            case 0, 1 -> queue.queue(step % 8, buffers.get(step % 8));
            case 2 -> driver.fill();
            case 3 -> queue.dequeue(Duration.ZERO);
            case 4 -> queue.start();
            default -> {
              if (random.nextInt(4) == 0) {
                queue.stop();
                assertEquals(0, Ledger.mappings(broker));
              }
            }
          }
        } catch (DeviceException | IllegalStateException | java.util.NoSuchElementException e) {
          // A refusal, all queued, nothing queued, or nothing to fill: part of the game.
        }
        assertEquals(queue.queuedCount(), Ledger.mappings(broker));
        assertEquals(queue.queuedCount(), driver.queuedCount());
      }
    }
  }
}
