package dev.dmabroker.internal.buffer;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.MOVING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.SignallingPoller;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What happens at the same moment, each found by the soak or by reading, and once wrong. */
class RaceTest extends Fixture {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
  private final Device display = broker.register("display", CONTIGUOUS);

  @Test
  void aBufferThatEndsWhileMemoryIsSoughtLeavesNothing() throws Exception {
    CountDownLatch preparing = new CountDownLatch(1);
    CountDownLatch allow = new CountDownLatch(1);
    cma.onAllocate(
        () -> {
          preparing.countDown();
          Await.latch(allow);
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
          Await.latch(allow);
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

  /** The old contents may have been dropped for its sake, so it must not be denied its mapping. */
  @Test
  void anOverwriteThatWasGrantedIsNotTakenBackForAnInterrupt() throws Exception {
    AttachedDevice attachment = Handles.of(export().attach(camera));
    Running<Mapping> overwriting = interruptedAfterTheClaim(attachment, Access.OVERWRITE);
    try (Mapping mapping = overwriting.result()) {
      assertTrue(mapping.isOpen());
    }
    Running<Mapping> writing = interruptedAfterTheClaim(attachment, Access.WRITE);
    assertThrows(WaitInterruptedException.class, writing::result);
    attachment.buffer().evacuate(LONG);
  }

  private Running<Mapping> interruptedAfterTheClaim(AttachedDevice attachment, Access access) {
    AtomicReference<MapRequest> asked = new AtomicReference<>();
    Running<Mapping> running =
        start(
            () -> {
              BufferLife life = ((ManagedBuffer) attachment.buffer()).life;
              MapRequest request = new MapRequest(life, attachment, access, /* parks= */ true);
              assertTrue(request.claim());
              asked.set(request);
              Thread.currentThread().interrupt();
              return (Mapping) request.await(LONG);
            });
    Await.until("asked", () -> asked.get() != null);
    running.parked();
    AfterLock after = new AfterLock();
    Objects.requireNonNull(asked.get()).grant(after, attachment.map(access));
    after.run();
    return running;
  }

  @Test
  void aBufferThatEndsInItsTurnHoldsUpNoOtherOfItsSet() throws Exception {
    List<SharedBuffer> set = broker.exportSet("frame", BlobSpec.of(SIZE), 2);
    Attachment firstIn = set.get(0).attach(camera);
    Attachment secondIn = set.get(1).attach(camera);
    write(firstIn, 8);
    write(secondIn, 16);
    Mapping held = firstIn.map(Access.WRITE);
    Attachment firstOut = set.get(0).attach(display);
    ManagedBuffer first = Handles.of(set.get(0));
    Await.until("it waits for the writer", () -> isLingering(first));
    firstOut.close();
    firstIn.close();
    first.close();
    assertEquals(16, read(set.get(1).attach(display)));
    held.close();
    Await.until("released", () -> first.state() == SharedBuffer.State.RELEASED);
  }

  private static boolean isLingering(ManagedBuffer buffer) {
    BufferLife life = buffer.life;
    synchronized (life.lock) {
      return life.moving != null && life.moving.hasTarget();
    }
  }

  /** A move that has been drained, and asks for the kernel's fences. */
  private ManagedBuffer drained(CountDownLatch asking, CountDownLatch allow) throws Exception {
    broker = builder().fencePoller(new SignallingPoller()).build();
    system.onPendingFence(
        () -> {
          asking.countDown();
          Await.latch(allow);
        });
    SharedBuffer buffer = export();
    write(buffer.attach(broker.register("camera", Constraints.none())), 8);
    Attachment unused = buffer.attach(broker.register("display", CONTIGUOUS));
    asking.await();
    assertEquals(DRAINING, buffer.state());
    return Handles.of(buffer);
  }

  @Test
  void memoryStaysWhileItsFencesAreAskedFor() throws Exception {
    CountDownLatch allow = new CountDownLatch(1);
    ManagedBuffer buffer = drained(new CountDownLatch(1), allow);
    buffer.life.attachments.copy().forEach(Attachment::close);
    buffer.close();
    assertEquals(1, system.live());
    allow.countDown();
    Await.until("given back", () -> system.live() == 0 && cma.live() == 0);
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
  }

  /** The ring of waits was broken between its discovery and this. */
  @Test
  void whoIsInARingIsNotLetInAfterTheDrain() throws Exception {
    CountDownLatch allow = new CountDownLatch(1);
    ManagedBuffer buffer = drained(new CountDownLatch(1), allow);
    MapRequest request =
        new MapRequest(
            buffer.life, buffer.life.attachments.copy().get(0), Access.WRITE, /* parks= */ true);
    assertTrue(request.letInAnyway());
    assertFalse(request.isDone(), "it would write what is being copied");
    allow.countDown();
    Events.next(events.moved);
  }

  @Test
  void aDrainThatHasEndedUnseenIsNotRolledBackAtItsDeadline() throws Exception {
    Attachment in =
        export()
            .attach(
                broker.register(
                    DeviceSpec.builder("x").longestHold(Duration.ofSeconds(2)).build()));
    write(in, 8);
    BufferMapping held = (BufferMapping) in.map(Access.WRITE);
    Attachment out = in.buffer().attach(display);
    Await.until("draining", () -> in.buffer().state() == DRAINING);
    assertTrue(held.leave(), "and tells nobody yet");
    Events.next(events.moved);
    assertTrue(events.rolledBack.isEmpty());
    assertEquals(8, read(out));
  }
}
