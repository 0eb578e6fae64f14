package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.MOVING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Readers come in while contents are copied, and writers wait. */
class ReadersDuringCopyTest extends ReadersFixture {
  @Test
  void readersComeInWhileTheContentsAreCopied() throws Exception {
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    assertEquals(MOVING, buffer.state());
    Mapping fast = in.map(Access.READ);
    Mapping tried = in.tryMap(Access.READ).orElseThrow();
    Mapping async = in.mapAsync(Access.READ).get(30, TimeUnit.SECONDS);
    for (Mapping mapping : List.of(fast, tried, async)) {
      assertEquals("system", mapping.heapName());
      assertEquals(1, read(mapping));
    }
    assertTrue(events.stalled.isEmpty());
    stop.goOn();
    assertEquals(1, read(out));
    write(out, 2);
    for (Mapping mapping : List.of(fast, tried, async)) {
      assertEquals(1, read(mapping));
      assertEquals(1, system.live());
      mapping.close();
    }
    assertEquals(0, system.live());
  }

  @Test
  void whoWritesWaitsWhileTheContentsAreCopied() throws Exception {
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment unused = buffer.attach(display);
    stop.awaitReached();
    var waiting = new ArrayList<Running<Mapping>>();
    for (Access access : List.of(Access.WRITE, Access.READ_WRITE, Access.OVERWRITE)) {
      assertEquals(Optional.empty(), in.tryMap(access));
      waiting.add(start(() -> in.map(access)).parked());
    }
    stop.goOn();
    for (Running<Mapping> map : waiting) {
      Mapping mapping = map.result();
      assertEquals("cma", mapping.heapName());
      assertEquals(1, read(mapping), "the copy had begun");
      mapping.close();
    }
  }

  @Test
  void aDeviceThatAttachesWhileTheContentsAreCopiedReadsTheOldPlaceToo() {
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment unused = buffer.attach(display);
    stop.awaitReached();
    Attachment late = buffer.attach(broker.register("late", Constraints.none()));
    Mapping mapping = late.map(Access.READ, Duration.ofSeconds(30));
    assertEquals(MOVING, buffer.state(), "it did not wait");
    assertEquals(1, read(mapping));
    assertEquals(Optional.empty(), late.tryMap(Access.WRITE));
    stop.goOn();
    Await.until("moved", () -> buffer.state() == RESIDENT);
    assertEquals("cma", late.map(Access.WRITE).heapName());
    mapping.close();
  }

  @Test
  void aReaderThatIsDetachedWhileTheContentsAreCopiedKeepsItsPlace() {
    ScriptedMover.Stop stop = mover.stopCopy();
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    Mapping reader = in.map(Access.READ);
    in.close();
    stop.goOn();
    write(out, 2);
    assertEquals(1, read(reader));
    reader.close();
    assertEquals(0, system.live());
  }

  @Test
  void aCopyThatFailsLeavesTheReadersWhereTheyAre() {
    Mapping before = in.map(Access.READ);
    ScriptedMover.Stop stop = new ScriptedMover.Stop();
    mover.onCopy =
        () -> {
          stop.run();
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        };
    Attachment out = buffer.attach(display);
    stop.awaitReached();
    Mapping meanwhile = in.map(Access.READ);
    stop.goOn();
    var failure = assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
    assertSays(failure, "EIO");
    assertEquals(List.of(), failure.holders(), "they held nothing up");
    assertEquals(0, state().retired());
    assertEquals(1, read(before));
    assertEquals(1, read(meanwhile));
    write(in, 2);
    assertEquals(2, read(before), "it is the same place");
    before.close();
    meanwhile.close();
    mover.onCopy = () -> {};
    assertEquals(2, read(out));
    Await.until("given back", () -> system.live() == 0);
  }
}
