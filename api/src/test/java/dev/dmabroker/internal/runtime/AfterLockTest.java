package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.buffer.Handles;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a change entails is done after it, without the lock. */
class AfterLockTest extends Fixture {
  private final Workers workers = Handles.of(export()).life.services().workers();
  private final StateLock lock = new StateLock(workers);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private Runnable noting(String what) {
    return () -> {
      assertFalse(Thread.holdsLock(lock));
      done.add(what);
    };
  }

  @Test
  void whoWaitsGoesOnFirstAndTheRestFollowsInItsOrder() {
    String result =
        lock.locked(
            after -> {
              assertTrue(Thread.holdsLock(lock));
              after.then(noting("free"));
              after.wake(noting("wake 1"));
              after.then(noting("tell"));
              after.wake(noting("wake 2"));
              assertEquals(List.of(), done);
              return "changed";
            });
    assertEquals("changed", result);
    assertEquals(List.of("wake 1", "wake 2", "free", "tell"), done);
  }

  @Test
  void whatAnEffectEntailsIsDoneToo() {
    AfterLock after = new AfterLock();
    after.then(
        () -> {
          done.add("first");
          after.then(noting("second"));
        });
    after.run();
    assertEquals(List.of("first", "second"), done);
    after.run();
    assertEquals(2, done.size(), "each once");
  }

  @Test
  void anEffectThatThrowsKeepsNoOtherFromBeingDone() {
    lock.change(
        after -> {
          after.then(
              () -> {
                throw new IllegalArgumentException("this one");
              });
          after.then(noting("the next"));
        });
    assertEquals(List.of("the next"), done);
  }

  @Test
  void aChangeThatThrowsIsUndoneBackwardsAndEntailsNothing() {
    assertThrows(
        IllegalStateException.class,
        () ->
            lock.change(
                after -> {
                  after.undo(() -> done.add("undo 1"));
                  after.then(noting("tell"));
                  after.wake(noting("wake"));
                  after.undo(() -> done.add("undo 2"));
                  throw new IllegalStateException("changed half");
                }));
    assertEquals(List.of("undo 2", "undo 1"), done);
  }

  @Test
  void whatIsReportedIsMadeAgainIfThereWasNoMemoryForIt() {
    lock.report(
        after -> {
          after.then(noting("tell"));
          done.add("made");
          if (done.size() == 1) {
            throw new OutOfMemoryError("injected");
          }
        });
    Await.until("made again", () -> done.equals(List.of("made", "made", "tell")));
  }

  @Test
  void whatIsReportedAndRefusedIsNotMadeAgain() {
    assertThrows(
        IllegalStateException.class,
        () ->
            lock.report(
                after -> {
                  done.add("refused");
                  throw new IllegalStateException("told to");
                }));
    lock.change(after -> {});
    assertEquals(List.of("refused"), done);
  }

  @Test
  void anEffectForWhichThereWasNoStackIsBegunAgainAndKeepsTheCallerFromNothing() {
    AtomicInteger begun = new AtomicInteger();
    String result =
        lock.locked(
            after -> {
              after.then(
                  () -> {
                    if (begun.incrementAndGet() == 1) {
                      throw new StackOverflowError("injected");
                    }
                    done.add("again");
                  });
              after.then(() -> done.add("behind it"));
              return "changed";
            });
    assertEquals("changed", result);
    Await.until("done", () -> done.equals(List.of("again", "behind it")));
  }

  @Test
  void onATimerOnlyWhoWaitsIsWokenThereAndAWorkerDoesTheRest() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    lock.reportOnTime(
        after -> {
          assertTrue(Thread.holdsLock(lock));
          after.then(
              () -> {
                assertEquals(List.of("wake"), done);
                threads.add(Thread.currentThread());
              });
          after.wake(
              () -> {
                threads.add(Thread.currentThread());
                done.add("wake");
              });
        });
    assertSame(Thread.currentThread(), Events.next(threads));
    assertNotSame(Thread.currentThread(), Events.next(threads));
    lock.reportOnTime(after -> after.wake(noting("nothing else")));
    assertEquals(List.of("wake", "nothing else"), done);
  }
}
