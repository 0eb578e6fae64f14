package dev.dmabroker.internal.buffer;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.PREPARING;
import static dev.dmabroker.SharedBuffer.State.RELEASED;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedFences;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A deadline goes with what it was set for, or it would keep that until it passes. */
class DeadlineTest extends Fixture {
  private static final Duration LONG = Duration.ofHours(1);
  private static final SyncFile FENCE = new SyncFile(7);

  private final ScriptedFences fenced = new ScriptedFences();
  private final ScriptedPoller poller = new ScriptedPoller();
  private Device camera;
  private Device display;
  private SharedBuffer buffer;
  private Workers workers;

  @BeforeEach
  void open() {
    broker.close();
    broker =
        Broker.builder()
            .heap(fenced)
            .heap(cma)
            .heuristic(new InOrder())
            .listener(events, Delivery.IN_PLACE)
            .leakTracking(LeakTracking.NEVER)
            .fencePoller(poller)
            .moveRetries(Duration.ofMillis(1), 1)
            .mapTimeout(LONG)
            .closeTimeout(Duration.ofMillis(50))
            .build();
    camera = broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
    display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    use(export());
  }

  private void use(SharedBuffer used) {
    buffer = used;
    workers = Handles.of(buffer).life.services().workers();
  }

  @AfterEach
  void noDeadlineIsLeft() {
    Await.until("no deadline is left", () -> workers.scheduled() == 0);
  }

  private void awaitState(SharedBuffer.State state) {
    Await.until(state.toString(), () -> buffer.state() == state);
  }

  /** Contents, and a mapping of another thread that writes. */
  private Mapping write() throws Exception {
    Attachment in = buffer.attach(camera);
    write(in, 1);
    return start(() -> in.map(Access.WRITE)).result();
  }

  private Attachment drain() {
    Attachment out = buffer.attach(display);
    awaitState(DRAINING);
    assertEquals(1, workers.scheduled());
    return out;
  }

  @Test
  void ofADrainThatEnds() throws Exception {
    Mapping held = write();
    Attachment out = drain();
    held.close();
    assertEquals(1, read(out));
  }

  @Test
  void ofADrainThatEndsWithAnOverwriteAndOfThat() throws Exception {
    Mapping held = write();
    Attachment out = drain();
    CompletableFuture<Mapping> overwriting = out.mapAsync(Access.OVERWRITE);
    assertEquals(2, workers.scheduled());
    held.close();
    overwriting.join().close();
    assertEquals(0, Events.next(events.moved).copiedBytes());
  }

  @Test
  void ofADrainOfABufferThatEnds() throws Exception {
    Mapping held = write();
    drain();
    // Not by the broker's end, which ends all of them.
    Ending.shutDown(Handles.of(buffer).life);
    assertEquals(0, workers.scheduled());
    held.close();
    awaitState(RELEASED);
  }

  @Test
  void ofAFenceThatCannotBeWaitedFor() throws Exception {
    Attachment in = buffer.attach(camera);
    write(in, 1);
    fenced.fence.set(FENCE);
    poller.refuse();
    buffer.attach(display);
    assertEquals(1, Events.next(events.rolledBack).attempt());
    awaitState(RESIDENT);
  }

  @Test
  void ofWaitingForAnIdleMoment() throws Exception {
    use(broker.exportSet("frame", BlobSpec.of(SIZE), 1).get(0));
    Mapping held = write();
    Attachment out = buffer.attach(display);
    Await.until("it waits", () -> workers.scheduled() == 1);
    assertEquals(PREPARING, buffer.state());
    held.close();
    assertEquals(1, read(out));
  }

  @Test
  void ofWaitingForAnIdleMomentForAMoveThatIsCalledOff() throws Exception {
    use(broker.exportSet("frame", BlobSpec.of(SIZE), 1).get(0));
    Mapping held = write();
    Attachment out = buffer.attach(display);
    Await.until("it waits", () -> workers.scheduled() == 1);
    out.close();
    assertEquals(RESIDENT, buffer.state());
    assertEquals(0, workers.scheduled());
    held.close();
  }

  @Test
  void ofWaitingForAnIdleMomentWhenOtherMemoryHasToBeFound() throws Exception {
    use(broker.exportSet("frame", BlobSpec.of(SIZE), 1).get(0));
    Mapping held = write();
    buffer.attach(display);
    Await.until("it waits", () -> workers.scheduled() == 1);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    cma.onAllocate(stop);
    Attachment larger =
        buffer.attach(
            broker.register(
                "larger", Constraints.builder().contiguous().minSize(2 * SIZE).build()));
    held.close();
    stop.awaitReached();
    assertEquals(0, workers.scheduled());
    Mapping next = larger.buffer().attach(camera).map(Access.WRITE);
    stop.goOn();
    Await.until("it waits again", () -> workers.scheduled() == 1);
    next.close();
    assertEquals(1, read(larger));
  }

  @Test
  void aMoveThatWaitedForAnIdleMomentHasAnotherForFences() throws Exception {
    use(broker.exportSet("frame", BlobSpec.of(SIZE), 1).get(0));
    // Long enough for this test to see the memory, also on a busy machine.
    Duration hold = Duration.ofSeconds(1);
    Device hasty = broker.register(DeviceSpec.builder("hasty").longestHold(hold).build());
    Attachment in = buffer.attach(hasty);
    write(in, 1);
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    fenced.fence.set(FENCE);
    buffer.attach(
        broker.register(
            DeviceSpec.builder("strict").constraints(CONTIGUOUS).longestHold(hold).build()));
    Await.until("memory is there", () -> cma.live() == 1);
    held.close();
    String reason = Events.next(events.rolledBack).failure().orElseThrow();
    assertTrue(reason.startsWith("a fence of the kernel had not signalled 1000 ms"), reason);
  }

  @Test
  void ofAMapThatIsCancelled() throws Exception {
    Mapping held = write();
    Attachment out = drain();
    assertTrue(out.mapAsync(Access.READ).cancel(false));
    assertEquals(1, workers.scheduled());
    held.close();
  }

  @Test
  void ofAllWhenTheBrokerEnds() throws Exception {
    Mapping held = write();
    Attachment out = drain();
    CompletableFuture<Mapping> waiting = out.mapAsync(Access.READ);
    assertThrows(OutstandingMappingsException.class, broker::close);
    assertThrows(RuntimeException.class, waiting::join);
    held.close();
  }

  @Test
  void aFenceThatHasSignalledIsNotBlamedForCopiersThatAreBusy() throws Exception {
    // Long enough for the poller to be asked, also on a busy machine.
    Duration hold = Duration.ofSeconds(1);
    Device hasty = broker.register(DeviceSpec.builder("hasty").longestHold(hold).build());
    write(buffer.attach(hasty), 1);
    fenced.fence.set(FENCE);
    poller.signalsAtOnce = true;
    CountDownLatch free = new CountDownLatch(1);
    workers.executeCopy(() -> Await.latch(free));
    poller.onWatch = () -> workers.executeCopy(() -> Await.latch(free));
    buffer.attach(
        broker.register(
            DeviceSpec.builder("strict").constraints(CONTIGUOUS).longestHold(hold).build()));
    String reason = Events.next(events.rolledBack).failure().orElseThrow();
    free.countDown();
    assertTrue(reason.startsWith("the copy had not begun 1000 ms"), reason);
  }
}
