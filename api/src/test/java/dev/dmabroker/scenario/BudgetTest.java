package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What devices and groups may take. */
class BudgetTest extends Fixture {
  private Device encoder;
  private Device scaler;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().budget("encoder", 3 * SIZE).budget("video", 4 * SIZE).build();
    encoder = broker.register(DeviceSpec.builder("encoder").group("video").build());
    scaler = broker.register(DeviceSpec.builder("scaler").group("video").build());
  }

  private SharedBuffer export(Device owner) {
    return broker.export("frame", BlobSpec.of(SIZE), owner);
  }

  private List<Long> reserved() {
    return broker.snapshot().budgets().stream()
        .filter(each -> each.name().equals("encoder") || each.name().equals("video"))
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .map(each -> each.reservedBytes())
        .toList();
  }

  @Test
  void anExportBeyondItIsRefusedWithTheNumbers() {
    for (int i = 0; i < 3; i++) {
      export(encoder);
    }
    var failure = assertThrows(BudgetExceededException.class, () -> export(encoder));
    assertEquals(
        "cannot export frame (65536 bytes): it needs 65536 bytes of the budget of encoder, of which"
            + " 196608 of 196608 are reserved; close buffers of encoder, or give it a larger"
            + " budget",
        failure.getMessage());
    assertEquals(List.of(3 * SIZE, 3 * SIZE), reserved(), "and nothing is half-reserved");
    export(scaler);
    failure = assertThrows(BudgetExceededException.class, () -> export(scaler));
    assertEquals("video", failure.budget());
    assertEquals(4 * SIZE, failure.limitBytes());
    assertEquals(4 * SIZE, failure.reservedBytes());
    assertEquals(SIZE, failure.askedBytes());
    assertEquals(4, broker.snapshot().buffers().size());
  }

  @Test
  void aBufferThatIsGoneGivesItBack() {
    SharedBuffer buffer = export(encoder);
    buffer.attach(encoder).close();
    buffer.close();
    buffer.close();
    assertEquals(List.of(0L, 0L), reserved());
  }

  @Test
  void memoryThatIsGivenBackIsNotPaidForAnyMore() {
    Device padded = broker.register("padded", Constraints.builder().minSize(2 * SIZE).build());
    SharedBuffer buffer = export(encoder);
    buffer.attach(padded).map(Access.READ).close();
    assertTrue(buffer.tryEvacuate());
    assertEquals(List.of(SIZE, SIZE), reserved(), "what the export reserved");
  }

  @Test
  void whatDevicesNeedBeyondTheContentsCountsWhenItIsAllocated() {
    Device padded = broker.register("padded", Constraints.builder().minSize(2 * SIZE).build());
    SharedBuffer buffer = export(encoder);
    var in = buffer.attach(padded);
    in.map(Access.READ).close();
    assertEquals(List.of(2 * SIZE, 2 * SIZE), reserved());
    SharedBuffer second = export(encoder);
    var late = second.attach(padded);
    var failure = assertThrows(BudgetExceededException.class, () -> late.map(Access.READ));
    assertEquals("encoder", failure.budget());
    assertEquals(SharedBuffer.State.UNBACKED, second.state());
    assertEquals(1, system.live());
    buffer.close();
    in.close();
    late.map(Access.READ).close();
    assertEquals(List.of(2 * SIZE, 2 * SIZE), reserved());
  }

  @Test
  void aHeapThatRoundsUpTooMuchIsPassedOverAndNotPaidFor() {
    broker.close();
    ScriptedHeap huge =
        new ScriptedHeap(
            "huge", ScriptedHeap.ordinary().granuleBytes(Trait.declared(2L << 20)).build());
    broker =
        Broker.builder()
            .heap(huge)
            .heap(system)
            .heuristic(new InOrder())
            .budget("small", 1 << 20)
            .budget("large", 3 << 20)
            .build();
    Device small = broker.register("small", Constraints.none());
    var in = export(small).attach(small);
    in.map(Access.READ).close();
    assertEquals(Optional.of("system"), in.buffer().heapName());
    huge.capacity(0);
    Device large = broker.register("large", Constraints.none());
    export(large).attach(large).map(Access.READ).close();
    assertEquals(
        List.of(SIZE, SIZE),
        broker.snapshot().budgets().stream().map(each -> each.reservedBytes()).toList());
  }

  @Test
  void whoHasNoBudgetIsNotLimited() {
    for (int i = 0; i < 10; i++) {
      broker.export(BlobSpec.of(SIZE));
    }
    assertEquals(List.of(0L, 0L), reserved());
  }

  @Test
  void aBudgetIsPositiveAndSetOnce() {
    BrokerBuilder builder = Broker.builder().budget("a", 1);
    assertThrows(IllegalArgumentException.class, () -> builder.budget("a", 2));
    assertThrows(IllegalArgumentException.class, () -> builder.budget("b", 0));
  }

  @Test
  void aMoveThatFailsLeavesWhatWasReserved() {
    Device padded = broker.register("padded", Constraints.builder().minSize(2 * SIZE).build());
    SharedBuffer buffer = export(encoder);
    buffer.attach(padded).map(Access.READ).close();
    cma.capacity(0);
    for (long needed : List.of(2 * SIZE, 3 * SIZE)) {
      Device strict =
          broker.register(
              "strict" + needed, Constraints.builder().contiguous().minSize(needed).build());
      try (Attachment late = buffer.attach(strict)) {
        assertThrows(BrokerException.class, () -> late.map(Access.READ));
      }
      assertEquals(List.of(2 * SIZE, 2 * SIZE), reserved());
    }
    buffer.close();
  }
}
