package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static dev.dmabroker.SharedBuffer.State.RESIDENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who reads holds up no move, and keeps the place that the buffer has left. */
class ReadersTest extends ReadersFixture {
  private Device larger(long bytes) {
    return broker.register(
        "larger-" + bytes, Constraints.builder().contiguous().minSize(bytes).build());
  }

  @Test
  void aReaderHoldsUpNoMove() throws Exception {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    BufferMove move = Events.next(events.moved);
    assertEquals(Duration.ZERO, move.deadline(), "nothing had to be waited for");
    assertEquals(SIZE, move.copiedBytes());
    assertTrue(reader.isOpen());
    assertEquals("system", reader.heapName());
    assertEquals(1, reader.generation());
    assertEquals(1, read(reader));
    reader.close();
  }

  @Test
  void aReaderGoesOnSeeingWhatTheBufferHeldWhenItMoved() {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    write(out, 2);
    write(in, 3);
    assertEquals(1, read(reader));
    assertEquals(3, read(out));
    assertEquals("cma", in.map(Access.READ).heapName(), "who comes now reads the new place");
    assertEquals(1, read(reader));
    reader.close();
  }

  @Test
  void theOldPlaceIsGivenBackWithItsLastReader() throws Exception {
    Mapping one = in.map(Access.READ);
    Mapping other = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    assertEquals(1, state().retired());
    assertEquals(2, state().holders().size(), "who reads there is still told of");
    one.close();
    one.close();
    assertEquals(1, state().retired());
    assertEquals(1, system.live());
    start(
            () -> {
              other.close();
              return null;
            })
        .result();
    assertEquals(0, state().retired());
    assertEquals(0, system.live());
    assertEquals("system", Events.next(events.released).heap());
    assertTrue(events.released.isEmpty(), "once");
  }

  @Test
  void aDeviceThatAttachesDuringADrainReadsToo() throws Exception {
    Mapping writer = start(() -> in.map(Access.WRITE)).result();
    Attachment unused = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    Attachment late = buffer.attach(broker.register("late", Constraints.none()));
    try (Mapping mapping = late.map(Access.READ, Duration.ofSeconds(30))) {
      assertEquals(DRAINING, buffer.state(), "it did not wait");
      assertEquals("system", mapping.heapName());
    }
    writer.close();
    Await.until("moved", () -> buffer.state() == RESIDENT);
  }

  @Test
  void readersComeInWhileWritersDrain() throws Exception {
    Mapping writer = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    Mapping reader = in.map(Access.READ);
    assertEquals("system", reader.heapName());
    assertTrue(events.stalled.isEmpty());
    writer.close();
    assertEquals(1, read(out));
    assertEquals(1, state().retired());
    reader.close();
    assertEquals(0, system.live());
  }

  @Test
  void readersOfSeveralGenerationsReadEachItsOwn() {
    List<Mapping> readers = new ArrayList<>();
    readers.add(in.map(Access.READ));
    for (int i = 1; i <= 4; i++) {
      Attachment next = buffer.attach(larger((i + 1) * SIZE));
      write(next, 1 + i); // Waits for the move.
      readers.add(in.map(Access.READ));
      assertEquals(i + 1, readers.get(i).generation());
    }
    assertEquals(4, state().retired());
    assertEquals(5, state().holders().size());
    for (int i = 0; i <= 4; i++) {
      assertEquals(1 + i, read(readers.get(i)));
    }
    // The middle ones first, so that no order is taken for granted.
    for (int i : List.of(2, 1, 3, 0)) {
      readers.get(i).close();
    }
    assertEquals(0, state().retired());
    assertEquals(1, cma.live());
    assertEquals(0, system.live());
    readers.get(4).close();
    assertEquals(5, read(in));
  }

  @Test
  void aReaderOfALeftPlaceHoldsUpNeitherEvacuationNorAnotherMove() {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    buffer.evacuate(Duration.ofSeconds(30));
    assertEquals(0, cma.live());
    assertEquals(1, read(reader));
    assertEquals(1, state().retired());
    assertEquals(1, state().holders().size());
    write(out, 5);
    assertTrue(buffer.tryEvacuate());
    assertEquals(0, cma.live());
    assertEquals(1, read(reader));
    reader.close();
    assertEquals(0, system.live());
    assertEquals(0, state().retired());
  }

  @Test
  void aReaderThatWasDetachedKeepsItsPlace() {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    in.close();
    write(out, 2);
    assertEquals(1, read(reader));
    assertEquals(1, system.live());
    reader.close();
    assertEquals(0, system.live());
    assertEquals(2, read(out));
  }

  @Test
  void aBufferIsGoneWithTheLastReaderOfAnyOfItsPlaces() {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    in.close();
    out.close();
    buffer.close();
    assertEquals(1, read(reader));
    assertEquals(1, broker.snapshot().buffers().size());
    reader.close();
    assertEquals(SharedBuffer.State.RELEASED, buffer.state());
    assertEquals(0, system.live() + cma.live());
    assertTrue(broker.snapshot().buffers().isEmpty());
  }

  @Test
  void aBrokerThatClosesNamesTheReaderOfALeftPlace() {
    Mapping reader = in.map(Access.READ);
    Attachment out = buffer.attach(display);
    assertEquals(1, read(out));
    int before = system.timesClosed();
    var failure = assertThrows(OutstandingMappingsException.class, broker::close);
    assertSays(failure, "buffer-1 by camera for ", "READ");
    assertEquals(1, failure.holders().size());
    assertEquals(1, read(reader));
    reader.close();
    assertEquals(0, system.live() + cma.live());
    assertEquals(before + 1, system.timesClosed());
  }

  @Test
  void onlyWhoWritesIsBlamedForADrainThatTookTooLong() throws Exception {
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    Attachment writing = buffer.attach(slow);
    Mapping writer = start(() -> writing.map(Access.WRITE)).result();
    Mapping reader = in.map(Access.READ); // Declared to hold it for 30 s, and delays nothing.
    Attachment unused = buffer.attach(display);
    BufferMove failed = Events.next(events.rolledBack);
    assertEquals(Duration.ofMillis(1), failed.deadline());
    assertEquals(List.of("slow"), failed.holders().stream().map(it -> it.device()).toList());
    writer.close();
    reader.close();
  }

  @Test
  void aViewKeepsAnOldPlaceThoughItsMappingIsClosed() {
    Mapping reader = in.map(Access.READ);
    CpuView view = reader.cpuView();
    Attachment out = buffer.attach(display);
    write(out, 2);
    CpuView late = reader.cpuView();
    reader.close();
    assertEquals(1, system.live());
    assertEquals(1, view.bytes().getLong(0));
    assertThrows(ReadOnlyBufferException.class, () -> late.bytes().putLong(0, 3));
    view.close();
    assertEquals(1, system.live());
    assertEquals(1, late.bytes().getLong(0));
    late.close();
    assertEquals(0, system.live());
    assertEquals(0, state().retired());
  }

  @Test
  void aViewForReadingHoldsUpNoMove() {
    Mapping reader = in.map(Access.READ);
    CpuView view = reader.cpuView();
    reader.close();
    Attachment out = buffer.attach(display);
    write(out, 2);
    assertEquals(1, view.bytes().getLong(0));
    view.close();
    assertEquals(0, system.live());
  }

  @Test
  void aViewForWritingHoldsUpTheMoveThoughItsMappingIsClosed() throws Exception {
    Mapping writer = start(() -> in.map(Access.WRITE)).result();
    CpuView view = start(writer::cpuView).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    writer.close();
    assertEquals(DRAINING, buffer.state());
    view.bytes().putLong(0, 1);
    view.close();
    assertEquals(1, read(out));
  }

  @Test
  void readersDoNotSeeTheContentsOfWhoOverwritesInTheNewPlace() throws Exception {
    Mapping reader = in.map(Access.READ);
    Mapping writer = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    var overwriting = out.mapAsync(Access.OVERWRITE);
    writer.close();
    try (Mapping mapping = overwriting.get(30, TimeUnit.SECONDS);
        CpuView view = mapping.cpuView()) {
      assertEquals("cma", mapping.heapName());
      assertEquals(0, view.bytes().getLong(0), "dead contents are not copied");
      view.bytes().putLong(0, 9);
    }
    assertEquals(0, Events.next(events.moved).copiedBytes());
    assertEquals(1, read(reader));
    reader.close();
    assertFalse(reader.isOpen());
  }

  @Test
  void nobodyEntersAPlaceAfterItWasLeft() throws Exception {
    for (int i = 0; i < 100; i++) {
      SharedBuffer mine = export();
      Attachment reading = mine.attach(camera);
      write(reading, 1);
      var hammering =
          start(
              () -> {
                long last = 1;
                while (last == 1) {
                  try (Mapping mapping = reading.map(Access.READ)) {
                    assertTrue(mapping.generation() >= last, "back to an older place");
                    last = mapping.generation();
                    assertEquals(1, read(mapping));
                  }
                }
                return null;
              });
      try (Mapping moved = mine.attach(display).map(Access.READ)) {
        assertEquals(2, moved.generation());
        hammering.result();
      }
      reading.close();
      mine.close();
      broker.snapshot();
    }
    Await.until("each old place is given back", () -> system.live() == 1);
  }
}
