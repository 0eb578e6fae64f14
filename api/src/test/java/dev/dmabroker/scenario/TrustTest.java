package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.OwnedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Groups of devices that leave a buffer, and may have kept a descriptor of its memory. */
class TrustTest extends Fixture {
  private final ScriptedMover mover = new ScriptedMover();
  private final Device camera = device("camera", "ours");
  private final Device guest = device("guest", "others");
  private final SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE), camera);
  private final Attachment mine = buffer.attach(camera);

  private Device device(String name, String group) {
    return broker.register(
        DeviceSpec.builder(name).group(group).longestHold(Duration.ofSeconds(30)).build());
  }

  private static long generation(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return mapping.generation();
    }
  }

  private void assertNothingMoved() {
    assertEquals(1, generation(mine));
    assertTrue(events.moved.isEmpty());
  }

  @Test
  void whatAGroupThatHasLeftHadIsReplacedBeforeTheNextMap() throws Exception {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, read(theirs));
    assertEquals(1, generation(mine));
    theirs.close();
    write(mine, 2);
    assertEquals(2, generation(mine));
    assertEquals(2, read(mine));
    BufferMove move = Events.next(events.moved);
    assertEquals(BufferMove.Cause.TRUST, move.cause());
    assertEquals("camera", move.beneficiary());
    assertEquals("system", move.to().orElseThrow());
    assertEquals(SIZE, move.copiedBytes(), "what was there is kept");
    Await.until("the old memory has gone", () -> system.live() == 1);
  }

  @Test
  void whatNeverWasTheirsStays() {
    write(mine, 1);
    buffer.attach(guest).close(); // It never mapped.
    assertNothingMoved();
  }

  @Test
  void aGroupThatHasAnotherDeviceThereHasNotLeft() {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    Attachment another = buffer.attach(device("another", "others"));
    assertEquals(1, read(theirs));
    theirs.close();
    assertNothingMoved();
    another.close(); // It never mapped, but the other one did.
    assertEquals(2, generation(mine));
  }

  @Test
  void aGroupThatHasAMappingOutHasNotLeft() {
    Attachment theirs = buffer.attach(guest);
    Mapping out = theirs.map(Access.WRITE);
    theirs.close();
    write(mine, 1);
    assertNothingMoved();
    out.close();
    assertEquals(2, generation(mine));
    assertEquals(1, read(mine));
  }

  @Test
  void theOwnersGroupNeverLeaves() {
    Attachment theirs = buffer.attach(guest);
    write(mine, 1);
    mine.close();
    assertEquals(1, generation(theirs));
    assertEquals(1, read(theirs));
  }

  @Test
  void devicesWithoutAGroupAreOneAndOwnWhatHasNoOtherOwner() {
    SharedBuffer common = broker.export(BlobSpec.of(SIZE));
    Attachment ours = common.attach(broker.register(DeviceSpec.builder("scaler").build()));
    Attachment too = common.attach(broker.register(DeviceSpec.builder("viewer").build()));
    write(too, 1);
    too.close();
    assertEquals(1, generation(ours));
    Attachment theirs = common.attach(guest);
    assertEquals(1, read(theirs));
    theirs.close();
    assertEquals(2, generation(ours));
  }

  @Test
  void aBufferMayBeOfAGroupThatHasNoDeviceThere() {
    SharedBuffer theirs = broker.export(BlobSpec.of(SIZE));
    ((OwnedBuffer) theirs).ownedBy("others");
    Attachment first = theirs.attach(guest);
    Attachment second = theirs.attach(camera);
    write(first, 1);
    first.close();
    assertEquals(1, generation(second));
  }

  @Test
  void nothingMovesWhileNoDeviceIsThereAndTheNextOneHasItMove() throws Exception {
    Attachment theirs = buffer.attach(guest);
    write(theirs, 1);
    mine.close();
    theirs.close();
    assertEquals(1, system.allocations());
    Attachment back = buffer.attach(camera);
    assertEquals(1, read(back));
    assertEquals(2, generation(back));
    assertEquals(BufferMove.Cause.TRUST, Events.next(events.moved).cause());
  }

  @Test
  void aGroupThatComesBackBeforeTheMoveFindsThingsAsTheyWere() {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, read(theirs));
    mine.close();
    theirs.close();
    Attachment again = buffer.attach(guest);
    assertEquals(1, generation(again));
    assertEquals(1, read(again));
  }

  @Test
  void itFailsClosedIfThereIsNoOtherMemory() throws Exception {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, read(theirs));
    system.refuse(HeapException.Kind.FULL);
    cma.refuse(HeapException.Kind.FULL);
    theirs.close();
    var failure = assertThrows(MoveFailedException.class, () -> mine.map(Access.WRITE));
    assertSays(
        failure,
        "frame",
        "a group of devices that has left may have kept its memory, for",
        "camera");
    assertTrue(mine.tryMap(Access.READ).isEmpty());
    system.refuse(null);
    assertEquals(1, read(buffer.attach(device("display", "ours"))));
    assertEquals(2, generation(mine));
  }

  @Test
  void aPinKeepsTheMemoryAsLongAsItIsHeld() {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, read(theirs));
    Pin pin = mine.pin();
    theirs.close();
    write(mine, 2);
    assertNothingMoved();
    pin.close();
    assertEquals(2, generation(mine));
    assertEquals(2, read(mine));
  }

  @Test
  void leasesAreAskedBackAndNoUseOfThemBegins() throws Exception {
    BlockingQueue<LeaseRecalled> asked = new LinkedBlockingQueue<>();
    Lease lease = mine.map(Access.WRITE).lease("encoder", asked::add);
    lease.endUse();
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, generation(theirs));
    assertTrue(lease.tryUse());
    lease.endUse();
    theirs.close();
    assertFalse(lease.tryUse());
    assertEquals(LeaseRecalled.Cause.MOVE, Events.next(asked).cause());
    assertEquals(2, generation(mine));
  }

  @Test
  void mappingsThatAreInHoldTheMoveUpAndNewOnesWait() throws Exception {
    write(mine, 1);
    Attachment theirs = buffer.attach(guest);
    assertEquals(1, read(theirs));
    Mapping out = mine.map(Access.WRITE);
    theirs.close();
    Running<Long> late = start(() -> generation(mine)).parked();
    fill(out, 3);
    out.close();
    assertEquals(2L, late.result());
    assertEquals(3, read(mine));
  }

  @Test
  void aDeviceThatComesAsTheMoveEndsMapsWhereTheBufferLies() throws Exception {
    Attachment theirs = buffer.attach(guest);
    BufferMapping out = ((AttachmentHandle) mine).attached().map(Access.WRITE);
    assertEquals(1, generation(theirs));
    theirs.close();
    Await.until("the move waits for the writer", () -> buffer.state() == State.DRAINING);
    Running<Mapping> overwrites = start(() -> mine.map(Access.OVERWRITE)).parked();
    assertTrue(out.leave(), "it has left, and not reported that yet");
    Attachment again = buffer.attach(guest);
    out.close();
    try (Mapping mapping = overwrites.result()) {
      assertEquals(2, mapping.generation());
      fill(mapping, 5);
    }
    assertEquals(2, generation(again), "and not where it lay before");
    assertEquals(5, read(again));
  }

  @Test
  void aDeviceOfTheGroupThatComesWhileTheBufferMovesCallsTheMoveOff() throws Exception {
    broker.close();
    broker = builder().mover(mover).build();
    Attachment ours =
        broker
            .export("frame", BlobSpec.of(SIZE), device("scaler", "ours"))
            .attach(device("encoder", "ours"));
    write(ours, 1);
    Attachment theirs = ours.buffer().attach(device("viewer", "others"));
    assertEquals(1, read(theirs));
    ScriptedMover.Stop preparing = new ScriptedMover.Stop();
    mover.onPrepare = preparing;
    theirs.close();
    preparing.awaitReached();
    Attachment again = ours.buffer().attach(device("printer", "others"));
    assertEquals(1, generation(ours), "the gates are open again");
    preparing.goOn();
    assertEquals(1, read(again));
    assertEquals(1, generation(again));
    assertTrue(events.moved.isEmpty());
  }
}
