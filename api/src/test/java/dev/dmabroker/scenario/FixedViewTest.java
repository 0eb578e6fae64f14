package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.FixedView;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CPU views that keep their address, as far as that shows without a kernel. */
class FixedViewTest extends Fixture {
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
  private final FixedView view = in.fixedView((int) SIZE);

  @AfterEach
  void noAddressShowsMemory() {
    view.close();
    buffer.close();
    in.close();
    showing(0);
  }

  /** Memory may be given back a moment later, by a worker. */
  private void showing(int count) {
    Await.until(count + " addresses show memory", () -> system.showing() == count);
  }

  private void move() {
    try (Attachment out = buffer.attach(broker.register("display", CONTIGUOUS))) {
      read(out);
    }
  }

  @Test
  void showsTheContentsAcrossAMove() {
    try (FixedView.Use use = view.begin(Access.WRITE)) {
      assertEquals(1, use.generation());
      for (int at = 0; at < SIZE; at += 8) {
        use.bytes().putLong(at, 7 + at);
      }
    }
    move();
    try (FixedView.Use use = view.begin(Access.READ)) {
      assertEquals(2, use.generation());
      assertEquals(SIZE, use.layout().sizeBytes());
      assertEquals(7, use.bytes().getLong(0));
      assertEquals(15, use.bytes(8, 8).getLong());
      ByteBuffer bytes = use.bytes();
      assertThrows(ReadOnlyBufferException.class, () -> bytes.put(0, (byte) 1));
    }
    showing(1);
  }

  @Test
  void holdsTheMemoryInAUseAndOnlyThen() {
    FixedView.Use use = view.begin(Access.READ);
    assertFalse(buffer.tryEvacuate());
    use.close();
    use.close();
    assertThrows(ClosedException.class, use::bytes);
    assertTrue(buffer.tryEvacuate());
    showing(0); // The heap has got the memory back, and so no address shows it.
  }

  @Test
  void twoUsesShowOnePlace() throws Exception {
    write(in, 3);
    FixedView.Use first = view.begin(Access.READ);
    FixedView.Use second = view.begin(Access.READ);
    second.close();
    Attachment out = buffer.attach(broker.register("display", CONTIGUOUS));
    assertEquals(3, read(out));
    assertSays(
        assertThrows(BusyException.class, () -> view.begin(Access.READ)), "1 of its uses", "cma");
    assertEquals(3, first.bytes().getLong(0));
    first.close();
    try (FixedView.Use use = view.begin(Access.READ)) {
      assertEquals(2, use.generation());
    }
  }

  @Test
  void letsGoWhenItIsClosedAndItsUsesHaveEnded() {
    FixedView.Use use = view.begin(Access.READ_WRITE);
    view.close();
    view.close();
    assertThrows(ClosedException.class, () -> view.begin(Access.READ));
    use.bytes().put(0, (byte) 1);
    showing(1);
    use.close();
    showing(0);
  }

  @Test
  void letsGoWhenTheBufferEnds() {
    view.begin(Access.READ).close();
    in.close();
    buffer.close();
    showing(0);
    assertThrows(ClosedException.class, () -> view.begin(Access.READ));
  }

  @Test
  void waitsForAMoveAsAMapDoes() throws Exception {
    FixedView.Use writing = view.begin(Access.WRITE);
    try (Attachment out = buffer.attach(broker.register("display", CONTIGUOUS))) {
      Await.until("it drains", () -> buffer.state() == SharedBuffer.State.DRAINING);
      Running<FixedView.Use> other = start(() -> view.begin(Access.WRITE, Duration.ofMillis(1)));
      assertSays(assertThrows(WaitTimeoutException.class, other::result), "DRAINING", "camera for");
      writing.close();
      try (FixedView.Use use = view.begin(Access.WRITE, Duration.ofSeconds(30))) {
        assertEquals(2, use.generation());
      }
      assertThrows(IllegalArgumentException.class, () -> view.begin(Access.READ, Duration.ZERO));
      assertEquals(out.buffer(), buffer);
    }
  }

  @Test
  void aUseOutlivesItsAttachment() {
    write(in, 5);
    FixedView.Use use = view.begin(Access.READ);
    in.close();
    assertEquals(5, use.bytes().getLong(0));
    assertThrows(ClosedException.class, () -> view.begin(Access.READ));
    use.close();
    assertThrows(ClosedException.class, use::bytes);
  }

  @Test
  void saysWhatCannotBeShown() {
    FixedView small = in.fixedView(4096);
    assertSays(
        assertThrows(CpuAccessException.class, () -> small.begin(Access.READ)),
        "4096",
        "" + SIZE,
        "reserve more");
    system.onReserve(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "ENOMEM");
        });
    assertSays(
        assertThrows(CpuAccessException.class, () -> view.begin(Access.READ)),
        "at an address that stays: ENOMEM");
    assertTrue(buffer.tryEvacuate()); // Nothing is left behind.
    assertThrows(IllegalArgumentException.class, () -> in.fixedView(0));
  }
}
