package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Waiting for a turn, and giving that up just before it ends. */
class WaitTest {
  private static final long LONG = 60_000_000_000L;

  private final Wait<String> wait = new Wait<>();
  private final BrokerException closed = Exceptions.closed("closed");

  private void grant() {
    AfterLock after = new AfterLock();
    wait.grant(after, "frame");
    after.run();
  }

  private void fail() {
    AfterLock after = new AfterLock();
    wait.fail(after, closed);
    after.run();
  }

  @Test
  void givesWhatWasGranted() {
    grant();
    assertEquals(
        "frame",
        wait.await(
            LONG,
            interrupt -> {
              throw new AssertionError("nobody gave up");
            }));
  }

  @Test
  void throwsWhatItFailedWith() {
    fail();
    assertSame(closed, assertThrows(ClosedException.class, () -> wait.await(LONG, none -> null)));
  }

  @Test
  void throwsWhatGivingUpMakesAtTheDeadline() {
    assertSame(
        closed,
        assertThrows(
            ClosedException.class,
            () ->
                wait.await(
                    1,
                    interrupt -> {
                      assertNull(interrupt);
                      return closed;
                    })));
  }

  @Test
  void whatWasGrantedAsTheDeadlinePassedIsNotLost() {
    assertEquals(
        "frame",
        wait.await(
            1,
            interrupt -> {
              grant();
              return null;
            }));
  }

  @Test
  void whatFailedAsTheDeadlinePassedIsThrown() {
    assertSame(
        closed,
        assertThrows(
            ClosedException.class,
            () ->
                wait.await(
                    1,
                    interrupt -> {
                      fail();
                      return null;
                    })));
  }

  @Test
  void whatWasGrantedAsItWasInterruptedIsNotLostAndNeitherIsTheInterrupt() {
    AtomicReference<InterruptedException> seen = new AtomicReference<>();
    Thread.currentThread().interrupt();
    String frame =
        wait.await(
            LONG,
            interrupt -> {
              seen.set(interrupt);
              grant();
              return null;
            });
    assertTrue(Thread.interrupted());
    assertEquals("frame", frame);
    assertNotNull(seen.get());
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertSame(
        closed, assertThrows(ClosedException.class, () -> wait.await(LONG, interrupt -> closed)));
    assertTrue(Thread.interrupted());
  }

  @Test
  void whoIsCalledBackIsToldEither() {
    AtomicReference<String> frame = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    wait.then(
        (granted, thrown) -> {
          frame.set(granted);
          failure.set(thrown);
        });
    assertNull(frame.get());
    grant();
    assertEquals("frame", frame.get());
    assertNull(failure.get());
    Wait<String> other = new Wait<>();
    other.then((granted, thrown) -> failure.set(thrown));
    AfterLock after = new AfterLock();
    other.fail(after, closed);
    assertNull(failure.get(), "not yet");
    after.run();
    assertSame(closed, failure.get());
  }
}
