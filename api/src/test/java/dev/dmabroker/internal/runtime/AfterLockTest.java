package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.buffer.Handles;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** What a change entails is done after it, without the lock. */
class AfterLockTest extends Fixture {
  private final StateLock lock = new StateLock();
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
  void aChangeThatThrowsHasItsEffectsAndSoDoesWhatThrowsItself() {
    assertThrows(
        IllegalStateException.class,
        () ->
            lock.change(
                after -> {
                  after.then(
                      () -> {
                        throw new IllegalArgumentException("this one");
                      });
                  after.then(noting("the next"));
                  throw new IllegalStateException("changed half");
                }));
    assertEquals(List.of("the next"), done);
  }

  @Test
  void onATimerOnlyWhoWaitsIsWokenThereAndAWorkerDoesTheRest() throws Exception {
    Workers workers = Handles.of(export()).life.services().workers();
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    lock.changeOnTime(
        workers,
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
    lock.changeOnTime(workers, after -> after.wake(noting("nothing else")));
    assertEquals(List.of("wake", "nothing else"), done);
  }
}
