package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import org.junit.jupiter.api.Test;

/** When a consumer that a stream can do without counts as late. */
class PatienceTest extends StreamFixture {
  private static final long ALLOWED = 20_000_000;
  private static final long LATE = ALLOWED + 1;

  private final Patience every = new Patience(true, ALLOWED, Policy.EVERY_FRAME, 0);

  /** A frame that the viewer has, or that waits for it, since the time 0. */
  private TakenFrame frame() {
    ManagedStream stream = startedWith(1);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 1);
    TakenFrame frame = (TakenFrame) consumer.take();
    frame.begin(0);
    return frame;
  }

  @Test
  void oneThatHasNothingIsNotLate() {
    assertNull(every.look(null, null, LATE));
    assertNull(every.look(null, null, LATE));
    assertEquals(StreamWatch.NEVER, every.left(null, null, LATE));
  }

  @Test
  void aFrameThatIsHeldTooLongIsLateAtTheSecondLook() {
    TakenFrame held = frame();
    assertNull(every.look(held, null, ALLOWED));
    assertNull(every.look(held, null, LATE));
    assertEquals(
        "has held frame 0 for 40 ms and has 20 ms to answer", every.look(held, null, 2 * ALLOWED));
  }

  @Test
  void anAnswerBetweenTwoLooksCounts() {
    TakenFrame held = frame();
    assertNull(every.look(held, null, LATE));
    assertNull(every.look(null, null, 2 * LATE));
    assertNull(every.look(held, null, 3 * LATE));
  }

  /** The look for another reason comes too soon after the one that found it late. */
  @Test
  void thereIsAPauseBetweenTheLooks() {
    TakenFrame held = frame();
    assertEquals(LATE, every.left(held, null, 0));
    assertNull(every.look(held, null, LATE));
    assertNull(every.look(held, null, LATE + 1));
    long left = every.left(held, null, LATE + 1);
    assertEquals(ALLOWED / 2 - 1, left);
    assertNull(every.look(held, null, LATE + left));
    assertNotNull(every.look(held, null, LATE + 1 + left));
  }

  @Test
  void oneThatWasLateIsLookedAtAgainWhateverItHas() {
    assertNull(every.look(frame(), null, LATE));
    assertEquals(ALLOWED / 2, every.left(null, null, LATE));
  }

  @Test
  void twoLooksAtOneMomentAreOne() {
    Patience hasty = new Patience(true, 1, Policy.EVERY_FRAME, 0);
    TakenFrame held = frame();
    assertNull(hasty.look(held, null, 2));
    assertNull(hasty.look(held, null, 2));
    assertNotNull(hasty.look(held, null, 3));
  }

  @Test
  void whoTakesIsNotLateHoweverMuchIsQueued() {
    TakenFrame queued = frame();
    assertNull(every.look(null, queued, LATE));
    every.taken(LATE);
    assertNull(every.look(null, queued, LATE + ALLOWED));
    assertNull(every.look(null, queued, 2 * LATE + 1));
    assertEquals(
        "has taken no frame for 40 ms and has 20 ms to answer", every.look(null, queued, 3 * LATE));
  }

  @Test
  void aFrameThatHoldsUpNothingMayWait() {
    TakenFrame frame = frame();
    Patience latest = new Patience(true, ALLOWED, Policy.LATEST, 0);
    assertEquals(StreamWatch.NEVER, latest.left(null, frame, 0));
    assertNull(latest.look(null, frame, LATE));
    assertNull(latest.look(null, frame, LATE));
    assertEquals(LATE, latest.left(frame, null, 0));
  }

  @Test
  void aStreamThatNeedsItsConsumerWaitsWithoutEnd() {
    TakenFrame held = frame();
    Patience endless = new Patience(false, ALLOWED, Policy.EVERY_FRAME, 0);
    assertEquals(StreamWatch.NEVER, endless.left(held, held, 0));
    assertNull(endless.look(held, held, 9 * LATE));
    assertNull(endless.look(held, held, 9 * LATE));
  }
}
