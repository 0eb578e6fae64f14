package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which calls a frame on a screen costs. The driver is played, the broker is real. */
@Timeout(60)
class DrmScreenTest {
  private static final ImageSpec IMAGE =
      ImageSpec.of(FakeDrm.WIDTH, FakeDrm.HEIGHT, FakeDrm.FORMAT);
  private static final String SYSTEM = "modelled-system";
  private static final String CMA = "modelled-cma";
  private static final int COUNT = 3;

  private final FakeDrm driver = new FakeDrm();
  private final KmsDisplay<Integer> display = driver.open();
  private final List<SharedBuffer> buffers = new ArrayList<>();
  private final List<Attachment> attached = new ArrayList<>();

  /** Kept, as an attachment that nothing refers to is closed by the broker. */
  private final List<Attachment> late = new ArrayList<>();

  private Broker broker;
  private Device screen;

  @BeforeEach
  void export() {
    broker = Broker.builder().heaps(Heaps.modelledStandIns()).build();
    screen = broker.register("display", Constraints.builder().cpuReach().build());
    for (SharedBuffer buffer : broker.exportSet("frame", IMAGE, COUNT)) {
      buffers.add(buffer);
      attached.add(buffer.attach(screen));
    }
  }

  @AfterEach
  void nothingIsLeft() {
    display.close();
    assertEquals(0, driver.framebufferCount());
    assertEquals(0, driver.handleCount());
    assertEquals(0, Ledger.mappings(broker));
    assertTrue(driver.closed);
    broker.close();
  }

  private void show(int frame) {
    display.show(frame, attached.get(frame % COUNT));
    driver.vblank();
    Optional<Integer> before = display.shown(Duration.ZERO);
    assertEquals(frame == 0 ? Optional.empty() : Optional.of(frame - 1), before);
  }

  @Test
  void aFrameInSteadyStateIsOneCommit() {
    for (int frame = 0; frame < COUNT; frame++) {
      show(frame);
    }
    assertEquals(
        Map.of("PRIME_FD_TO_HANDLE", COUNT, "ADDFB2", COUNT, "SETCRTC", 1, "ATOMIC", COUNT - 1),
        driver.calls());
    for (int frame = COUNT; frame < 100; frame++) {
      show(frame);
    }
    assertEquals(Map.of("ATOMIC", 100 - COUNT), driver.calls());
  }

  @Test
  void whatIsNotShownIsForgottenWhenTheScreenGoesOff() {
    for (int frame = 0; frame < COUNT; frame++) {
      show(frame);
    }
    driver.calls();
    assertEquals(List.of(COUNT - 1), display.stop());
    assertEquals(Map.of("SETCRTC", 1, "RMFB", COUNT, "GEM_CLOSE", COUNT), driver.calls());
  }

  @Test
  void unusedImportsAreDroppedOnDemand() {
    for (int frame = 0; frame < COUNT; frame++) {
      show(frame);
    }
    display.dropUnusedImports();
    assertEquals(1, driver.framebufferCount());
    assertEquals(1, driver.handleCount());
  }

  /** Attaches a device that reaches only the heap in which the buffer does not lie. */
  private void move(SharedBuffer buffer) {
    String from = buffer.heapName().orElseThrow();
    String other = from.equals(SYSTEM) ? CMA : SYSTEM;
    late.add(
        buffer.attach(
            broker.register(
                "late", Constraints.builder().cpuReach().permittedHeaps(other).build())));
    Await.until("it lies in " + other, () -> buffer.heapName().equals(Optional.of(other)));
  }

  @Test
  void aBufferThatMovedIsForgottenAtOnceAndImportedAnew() {
    show(0);
    show(1);
    driver.calls();
    move(buffers.get(0));
    Await.until(
        "its framebuffer is removed, and then its handle",
        () -> driver.framebufferCount() == 1 && driver.handleCount() == 1);
    assertEquals(Map.of("RMFB", 1, "GEM_CLOSE", 1), driver.calls());
    display.show(2, attached.get(0));
    assertEquals(Map.of("PRIME_FD_TO_HANDLE", 1, "ADDFB2", 1, "ATOMIC", 1), driver.calls());
  }

  @Test
  void framesOfAStreamAreToldApartByTheirMemory() {
    Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
    try (BufferStream stream = broker.stream(StreamSpec.of("video", IMAGE, camera));
        StreamConsumer consumer = stream.consumer(screen, StreamConsumer.Policy.EVERY_FRAME)) {
      stream.start();
      List<Integer> indices = new ArrayList<>();
      for (int frame = 0; frame < 50; frame++) {
        var empty = stream.acquire();
        if (!indices.contains(empty.index())) {
          indices.add(empty.index());
        }
        empty.submit();
        display.show(frame, Loan.of(consumer.take()));
        driver.vblank();
        display.shown(Duration.ZERO);
      }
      Map<String, Integer> calls = driver.calls();
      assertEquals(indices.size(), calls.get("PRIME_FD_TO_HANDLE"));
      assertEquals(indices.size(), calls.get("ADDFB2"));
      assertEquals(49, calls.get("ATOMIC"));
      assertEquals(null, calls.get("RMFB"));
      display.stop();
    }
  }
}
