package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What listeners and snapshots say of moves. */
class MoveReportTest extends Fixture {
  private final ScriptedMover mover = new ScriptedMover();
  private SharedBuffer buffer;
  private Attachment in;

  @BeforeEach
  void open() {
    reopen(Duration.ofMillis(1), 3);
  }

  private void reopen(Duration firstBackOff, int attempts) {
    broker.close();
    broker =
        builder()
            .mover(mover)
            .moveRetries(firstBackOff, attempts)
            .longestHold(Duration.ofSeconds(7))
            .build();
    buffer = export();
    in =
        buffer.attach(
            broker.register(
                DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build()));
    write(in, 1);
  }

  private Attachment attachStrict() {
    return buffer.attach(broker.register("display", CONTIGUOUS));
  }

  private MoveStats stats() {
    return broker.snapshot().buffers().get(0).moves();
  }

  private void failCopies() {
    mover.onCopy =
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        };
  }

  @Test
  void aBufferThatHasNotMovedSaysSo() {
    assertEquals(StateRecords.MoveStats.none(3), stats());
  }

  @Test
  void aMoveIsReportedWithItsParts() throws Exception {
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = attachStrict();
    Await.until("draining", () -> buffer.state() == DRAINING);
    held.close();
    assertEquals(1, read(out));
    BufferMove move = Events.next(events.moved);
    assertEquals(buffer.name(), move.buffer());
    assertEquals("system", move.from());
    assertEquals(Optional.of("cma"), move.to());
    assertEquals(BufferMove.Cause.ATTACH, move.cause());
    assertEquals("display", move.beneficiary());
    assertEquals(2, move.generation());
    assertEquals(1, move.attempt());
    assertEquals(3, move.maxAttempts());
    assertEquals(SIZE, move.sizeBytes());
    assertEquals(SIZE, move.copiedBytes());
    assertEquals(SIZE, move.placedBytes());
    assertEquals(Duration.ofSeconds(30), move.deadline());
    assertEquals(Duration.ZERO, move.backOff());
    assertEquals(Optional.empty(), move.failure());
    assertEquals(List.of(), move.holders());
    for (Duration part : List.of(move.prepare(), move.drain(), move.copy())) {
      assertTrue(part.compareTo(Duration.ZERO) > 0, move.toString());
    }
    assertTrue(move.stall().compareTo(move.drain().plus(move.copy())) >= 0, move.toString());
    MoveStats stats = stats();
    assertEquals(1, stats.done());
    assertEquals(0, stats.rolledBack());
    assertEquals(SIZE, stats.copiedBytes());
    assertEquals(move.stall(), stats.longestStall());
    assertEquals(move.drain(), stats.longestDrain());
  }

  @Test
  void eachAttemptIsReportedWithItsNumberAndItsRest() throws Exception {
    reopen(Duration.ofMillis(2), 4);
    failCopies();
    Attachment out = attachStrict();
    assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
    for (int attempt = 1; attempt <= 4; attempt++) {
      BufferMove move = Events.next(events.rolledBack);
      assertEquals(4, move.maxAttempts());
      if (move.attempt() != attempt) {
        // The map was a new wish, if it came after the first attempt.
        assertEquals(1, move.attempt());
        attempt = 1;
      }
      assertEquals(
          attempt == 4 ? Duration.ZERO : Duration.ofMillis(1L << attempt),
          move.backOff(),
          "doubled each time, and none after the last");
      assertEquals(1, move.generation());
      assertEquals(0, move.copiedBytes());
      assertTrue(move.failure().orElseThrow().contains("EIO"));
    }
    MoveStats stats = stats();
    assertEquals(0, stats.done());
    assertTrue(stats.rolledBack() >= 4);
    assertEquals(4, stats.attempts());
    assertEquals(4, stats.maxAttempts());
    assertEquals(Duration.ZERO, stats.backOff());
    mover.onCopy = () -> {};
    assertEquals(1, read(out));
    assertEquals(1, stats().done());
    assertEquals(0, stats().attempts(), "of the move that is wanted now");
  }

  @Test
  void aSnapshotSaysHowLongAMoveRests() throws Exception {
    reopen(Duration.ofHours(1), 3);
    failCopies();
    Attachment unused = attachStrict();
    assertEquals(Duration.ofHours(1), Events.next(events.rolledBack).backOff());
    MoveStats stats = stats();
    assertEquals(1, stats.attempts());
    assertEquals(1, stats.rolledBack());
    assertEquals(Duration.ofHours(1), stats.backOff());
  }

  @Test
  void aMoveForWhichThereIsNoMemoryStallsNobody() throws Exception {
    cma.capacity(0);
    Attachment unused = attachStrict();
    BufferMove move = Events.next(events.rolledBack);
    assertEquals(Optional.empty(), move.to());
    assertEquals(Duration.ZERO, move.stall());
    assertEquals(Duration.ZERO, move.drain());
    assertEquals(Duration.ZERO, move.deadline());
    assertEquals(List.of(), move.holders());
  }

  @Test
  void theDeadlineIsTheLongestHoldOfThoseWhoWrite() throws Exception {
    Attachment quick =
        buffer.attach(
            broker.register(DeviceSpec.builder("quick").longestHold(Duration.ofMillis(1)).build()));
    Mapping held = start(() -> quick.map(Access.WRITE)).result();
    Attachment unused = attachStrict();
    BufferMove move = Events.next(events.rolledBack);
    assertEquals(Duration.ofMillis(1), move.deadline());
    assertTrue(move.drain().compareTo(move.deadline()) >= 0);
    assertEquals(List.of("quick"), move.holders().stream().map(it -> it.device()).toList());
    assertEquals(move.drain(), move.stall(), "nothing was copied");
    held.close();
  }

  @Test
  void aSnapshotSaysHowLongEachDeviceHoldsAMapping() {
    broker.register("plain", Constraints.none());
    Map<String, Duration> holds =
        broker.snapshot().devices().stream()
            .collect(
                Collectors.toMap(
                    BrokerSnapshot.DeviceState::name, BrokerSnapshot.DeviceState::longestHold));
    assertEquals(Map.of("camera", Duration.ofSeconds(30), "plain", Duration.ofSeconds(7)), holds);
  }
}
