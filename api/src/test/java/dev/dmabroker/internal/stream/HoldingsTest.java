package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.buffer.Handles;
import dev.dmabroker.internal.buffer.ManagedBuffer;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a device holds of a stream, and what of that is too much. */
class HoldingsTest extends Fixture {
  private static final long MS = 1_000_000;
  private static final long ALLOWED = 40 * MS;

  private final List<Overheld> told = new ArrayList<>();
  private RegisteredDevice device;
  private Holdings holdings;

  @BeforeEach
  void open() {
    open(Constraints.builder().camping(2).build());
  }

  private void open(Constraints constraints) {
    broker.close();
    broker = builder().build();
    device =
        (RegisteredDevice)
            broker.register(
                DeviceSpec.builder("display")
                    .constraints(constraints)
                    .longestHold(Duration.ofNanos(ALLOWED))
                    .build());
    holdings = new Holdings("video", device);
  }

  /** A frame of no stream. */
  private static final class Held extends StreamFrame {
    @SuppressWarnings("NullAway") // It is neither mapped nor ended here.
    Held(StreamBuffer buffer) {
      super(null, buffer);
    }

    @Override
    AttachedDevice attachment() {
      return buffer().producer();
    }

    @Override
    Access access() {
      return Access.READ;
    }

    @Override
    void takeBack() {}
  }

  private StreamFrame begin(int index, long nowNanos) {
    AttachedDevice attachment = Handles.of(export().attach(device));
    StreamFrame frame =
        new Held(new StreamBuffer(index, (ManagedBuffer) attachment.buffer(), attachment));
    holdings.begin(frame, nowNanos, told::add);
    return frame;
  }

  private boolean end(StreamFrame frame, long nowNanos) {
    return holdings.end(frame, nowNanos, told::add);
  }

  private static Overheld event(Overheld.Excess excess, int index, long held, int count) {
    return new EventRecords.Overheld(
        "video",
        "display",
        excess,
        index,
        Duration.ofNanos(held),
        Duration.ofNanos(ALLOWED),
        count,
        2);
  }

  @Test
  void countsWhatIsHeldAndForHowLong() {
    StreamFrame first = begin(0, 100);
    StreamFrame second = begin(1, 300);
    assertEquals(2, holdings.count());
    assertEquals(List.of(first, second), holdings.copy());
    assertTrue(end(first, 1100));
    assertFalse(end(first, 5000), "it has ended before");
    assertTrue(end(second, 500));
    StreamFrame third = begin(2, 2000);
    StreamState.Holds holds = holdings.snapshot();
    assertEquals(
        new StateRecords.Holds(
            "display",
            1,
            2,
            2,
            2,
            Duration.ofNanos(1000 + 200),
            Duration.ofNanos(1000),
            Duration.ofNanos(ALLOWED),
            0),
        holds);
    assertEquals(List.of(), told);
    assertTrue(holdings.forget(third));
    assertFalse(holdings.forget(third));
    assertEquals(2, holdings.snapshot().ended(), "nobody has seen it");
    assertEquals(0, holdings.count());
  }

  @Test
  void moreThanDeclaredIsToldEachTimeThatItIsMoreThanEver() {
    StreamFrame first = begin(0, 0);
    begin(1, 0);
    assertEquals(List.of(), told);
    StreamFrame third = begin(2, 0);
    assertEquals(List.of(event(Overheld.Excess.TOO_MANY, 2, 0, 3)), told);
    end(third, 1);
    begin(3, 1);
    assertEquals(1, told.size(), "as many as before");
    begin(4, 1);
    assertEquals(event(Overheld.Excess.TOO_MANY, 4, 0, 4), told.get(1));
    end(first, 1);
    assertEquals(2, told.size());
  }

  @Test
  void whoDeclaredNoNumberHoldsNotTooMany() {
    open(Constraints.none());
    begin(0, 0);
    begin(1, 0);
    assertEquals(List.of(), told);
    assertEquals(-1, holdings.snapshot().camping());
    assertEquals("display holds 2, for up to 0 ms (declared 40 ms)", holdings.describe(0));
  }

  @Test
  void whoDeclaredToHoldNoneHoldsTooManyAtOnce() {
    open(Constraints.builder().camping(0).build());
    begin(0, 0);
    assertEquals(1, told.size());
  }

  @Test
  void longerThanDeclaredIsToldOnceForEach() {
    StreamFrame first = begin(0, 0);
    StreamFrame second = begin(1, MS);
    holdings.check(ALLOWED, told::add);
    assertEquals(List.of(), told, "just as long as declared");
    holdings.check(ALLOWED + 1, told::add);
    assertEquals(List.of(event(Overheld.Excess.TOO_LONG, 0, ALLOWED + 1, 2)), told);
    holdings.check(ALLOWED + 2, told::add);
    assertEquals(1, told.size());
    assertEquals(1, holdings.snapshot().overheld());
    end(first, ALLOWED + 3);
    assertEquals(1, told.size());
    end(second, ALLOWED + 2 * MS);
    assertEquals(event(Overheld.Excess.TOO_LONG, 1, ALLOWED + MS, 0), told.get(1));
    assertEquals(2, holdings.snapshot().overheld());
  }

  @Test
  void aFrameThatBeginsAgainMayBeTooLongAgain() {
    StreamFrame frame = begin(0, 0);
    end(frame, ALLOWED + 1);
    holdings.begin(frame, ALLOWED + 1, told::add);
    end(frame, 2 * ALLOWED + 1);
    assertEquals(1, told.size());
    holdings.begin(frame, 0, told::add);
    end(frame, ALLOWED + 1);
    assertEquals(2, told.size());
  }

  @Test
  void saysWhatItHolds() {
    assertEquals("display holds 0 (declared 2)", holdings.describe(0));
    begin(0, 20 * MS);
    begin(1, 10 * MS);
    begin(2, 30 * MS);
    assertEquals(
        "display holds 3 (declared 2), for up to 302 ms (declared 40 ms)",
        holdings.describe(312 * MS));
  }

  @Test
  void timeWrapsAround() {
    StreamFrame frame = begin(0, Long.MAX_VALUE);
    holdings.check(Long.MIN_VALUE + 10, told::add);
    assertEquals(List.of(), told);
    end(frame, Long.MIN_VALUE + 10);
    assertEquals(Duration.ofNanos(11), holdings.snapshot().total());
  }
}
