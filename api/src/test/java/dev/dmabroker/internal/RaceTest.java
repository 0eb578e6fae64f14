package dev.dmabroker.internal;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.MOVING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Access;
import dev.dmabroker.Attachment;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What happens at the same moment, each found by the soak or by reading, and once wrong. */
class RaceTest extends Fixture {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final Device camera = broker.register(DeviceSpec.named("camera").longestHold(LONG));
  private final Device display = broker.register("display", CONTIGUOUS);

  @Test
  void aBufferThatEndsWhileMemoryIsSoughtLeavesNothing() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    cma.onAllocate(
        () -> {
          preparing.countDown();
          LifeTest.await(allow);
        });
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    Attachment out = buffer.attach(display);
    preparing.await();
    assertEquals(PREPARING, buffer.state());
    out.close();
    in.close();
    buffer.close();
    allow.countDown();
    Await.until("allocated", () -> cma.allocations() == 1);
    Await.until("given back", () -> system.live() == 0);
    Await.until("given back", () -> cma.live() == 0);
  }

  @Test
  void aCopyThatFailsAfterTheBrokerClosedLeavesNothing() throws Exception {
    CountDownLatch copying = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    cma.onBegin(
        () -> {
          copying.countDown();
          LifeTest.await(allow);
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    Attachment out = buffer.attach(display);
    copying.await();
    assertEquals(MOVING, buffer.state());
    assertThrows(OutstandingMappingsException.class, broker::close);
    allow.countDown();
    Await.until("the target is given back", () -> cma.live() == 0);
    Await.until("the old place is given back", () -> system.live() == 0);
    out.close();
  }

  @Test
  void whoIsInterruptedKeepsTheContents() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    int lost = 0;
    for (int i = 1; i < 500; i++) {
      write(in, i);
      Mapping held = start(() -> in.map(Access.READ)).result();
      var evacuating =
          start(
              () -> {
                buffer.evacuate(LONG);
                return null;
              });
      Await.until("draining", () -> buffer.state() == DRAINING);
      evacuating.parked().thread().interrupt();
      held.close();
      try {
        evacuating.result();
      } catch (WaitInterruptedException e) {
        if (buffer.state() == UNBACKED || read(in) != i) {
          lost++;
        }
      }
    }
    assertEquals(0, lost, "evacuations that were interrupted and took place");
  }

  @Test
  void whoAskedHoldsTheMappingAndNotWhoGrantedIt() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = start(() -> in.map(Access.READ)).result();
    var evacuating =
        start(
            () -> {
              assertThrows(WaitInterruptedException.class, () -> buffer.evacuate(LONG));
              boolean unused = Thread.interrupted();
              // Rolling back has granted what waited; this thread holds nothing.
              buffer.evacuate(LONG);
              return null;
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    var mapping =
        start(
            () -> {
              Mapping mine = in.map(Access.READ);
              try {
                assertThrows(WouldDeadlockException.class, () -> buffer.evacuate(LONG));
              } finally {
                mine.close();
              }
              return Thread.currentThread().getName();
            });
    mapping.parked();
    evacuating.thread().interrupt();
    assertSays(new Exception(mapping.result()), "test-");
    held.close();
    evacuating.result();
  }

  @Test
  void evacuatingTwiceAllocatesNothing() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = in.map(Access.READ);
    var first =
        start(
            () -> {
              buffer.evacuate(LONG);
              return null;
            });
    Await.until("draining", () -> buffer.state() == DRAINING);
    var second =
        start(
            () -> {
              buffer.evacuate(LONG);
              return null;
            });
    second.parked();
    system.capacity(0);
    cma.capacity(0);
    held.close();
    first.result();
    second.result();
    assertEquals(1, system.allocations() + cma.allocations());
  }

  @Test
  void onlyBrokerExceptionsComeOutOfAView() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    system.onBegin(
        () -> {
          throw new IllegalStateException("bug");
        });
    try (Mapping mapping = in.map(Access.READ)) {
      assertThrows(CpuAccessException.class, mapping::cpuView);
    }
    system.onBegin(() -> {});
    system.onEnd(
        () -> {
          throw new IllegalStateException("bug");
        });
    try (Mapping mapping = in.map(Access.READ)) {
      assertThrows(BrokerException.class, mapping.cpuView()::close);
    }
  }
}
