package dev.dmabroker.internal.runtime;

import static java.lang.Thread.State.WAITING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.Await;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class CrewTest {
  private final Crew crew = new Crew(2);
  private final Thread test = Thread.currentThread();

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eachPartIsCalledOnce() {
    for (int threads = 0; threads <= 5; threads++) {
      for (int parts = 0; parts < 50; parts++) {
        AtomicIntegerArray calls = new AtomicIntegerArray(parts);
        crew.run(parts, calls::incrementAndGet, threads);
        for (int i = 0; i < parts; i++) {
          assertEquals(1, calls.get(i), parts + " parts, " + threads + " threads");
        }
      }
    }
  }

  @Test
  void oneThreadIsTheCaller() {
    crew.run(9, part -> assertSame(test, Thread.currentThread()), 1);
    crew.run(1, part -> assertSame(test, Thread.currentThread()), 3);
  }

  @Test
  void helpersAreDaemonsAndWorkAtTheSameTime() {
    CyclicBarrier together = new CyclicBarrier(3);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    crew.run(
        3,
        part -> {
          threads.add(Thread.currentThread());
          try {
            together.await(30, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        3);
    assertEquals(3, threads.size());
    threads.remove(test);
    for (Thread helper : threads) {
      assertTrue(helper.isDaemon());
      assertTrue(helper.getName().startsWith("dmabroker-copy-"), helper.getName());
    }
  }

  /** Both are at a part at the same time, the helper until it is let go. */
  private static final class Scene implements IntConsumer {
    final CountDownLatch helperIsIn = new CountDownLatch(1);
    final CountDownLatch callerIsIn = new CountDownLatch(1);
    final CountDownLatch letHelperGo = new CountDownLatch(1);
    final AtomicBoolean helperIsOut = new AtomicBoolean();
    final AtomicInteger calls = new AtomicInteger();
    final Runnable asCaller;
    final Runnable asHelper;
    volatile Thread caller = Thread.currentThread();

    Scene(Runnable asCaller, Runnable asHelper) {
      this.asCaller = asCaller;
      this.asHelper = asHelper;
    }

    @Override
    public void accept(int part) {
      calls.incrementAndGet();
      if (Thread.currentThread() == caller) {
        callerIsIn.countDown();
        await(helperIsIn);
        asCaller.run();
        return;
      }
      helperIsIn.countDown();
      await(callerIsIn);
      await(letHelperGo);
      helperIsOut.set(true);
      asHelper.run();
    }
  }

  @Test
  void aFailureWaitsForWhoIsStillAtWorkEvenIfInterrupted() throws Exception {
    IllegalStateException failure = new IllegalStateException("bug");
    CountDownLatch callerFails = new CountDownLatch(1);
    Scene scene =
        new Scene(
            () -> {
              callerFails.countDown();
              throw failure;
            },
            () -> {});
    AtomicBoolean outAtReturn = new AtomicBoolean();
    AtomicBoolean interruptedAtReturn = new AtomicBoolean();
    FutureTask<RuntimeException> run =
        new FutureTask<>(
            () -> {
              scene.caller = Thread.currentThread();
              try {
                return assertThrows(RuntimeException.class, () -> crew.run(100, scene, 2));
              } finally {
                outAtReturn.set(scene.helperIsOut.get());
                interruptedAtReturn.set(Thread.interrupted());
              }
            });
    Thread caller = new Thread(run, "caller");
    caller.start();
    await(callerFails);
    Await.parked(caller);
    caller.interrupt();
    Await.until("the interrupt is taken note of", () -> !caller.isInterrupted());
    Await.parked(caller);
    assertFalse(run.isDone());
    scene.letHelperGo.countDown();
    assertSame(failure, run.get(30, TimeUnit.SECONDS));
    assertTrue(outAtReturn.get());
    assertTrue(interruptedAtReturn.get());
    assertEquals(2, scene.calls.get(), "no part was begun after the failure");
  }

  @Test
  void aHelpersFailureIsTheCallersAndEndsTheJob() {
    OutOfMemoryError failure = new OutOfMemoryError("test");
    AtomicReference<Thread> helper = new AtomicReference<>();
    AtomicBoolean out = new AtomicBoolean();
    Scene scene =
        new Scene(
            () -> {
              Await.until("the helper fails", out::get);
              Await.parked(Objects.requireNonNull(helper.get())); // Idle again.
            },
            () -> {
              helper.set(Thread.currentThread());
              out.set(true);
              throw failure;
            });
    scene.letHelperGo.countDown();
    assertSame(failure, assertThrows(OutOfMemoryError.class, () -> crew.run(1000, scene, 2)));
    assertEquals(2, scene.calls.get());
    AtomicInteger calls = new AtomicInteger();
    crew.run(100, part -> calls.incrementAndGet(), 3);
    assertEquals(100, calls.get(), "the helpers have survived");
  }

  @Test
  void furtherFailuresAreNotLost() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalArgumentException second = new IllegalArgumentException("second");
    Scene scene =
        new Scene(
            () -> {
              throw first;
            },
            () -> {
              throw second;
            });
    scene.letHelperGo.countDown();
    RuntimeException failure = assertThrows(RuntimeException.class, () -> crew.run(9, scene, 2));
    assertEquals(1, failure.getSuppressed().length);
    assertEquals(Set.of(first, second), Set.of(failure, failure.getSuppressed()[0]));
    Scene same =
        new Scene(
            () -> {
              throw first;
            },
            () -> {
              throw first;
            });
    same.letHelperGo.countDown();
    assertSame(first, assertThrows(RuntimeException.class, () -> crew.run(9, same, 2)));
  }

  /** Both helpers are at another job; nobody waits for them. */
  @Test
  void whoFindsNoHelperDoesItAll() throws Exception {
    CountDownLatch busy = new CountDownLatch(3);
    CountDownLatch allow = new CountDownLatch(1);
    Thread other =
        new Thread(
            () ->
                crew.run(
                    3,
                    part -> {
                      busy.countDown();
                      await(allow);
                    },
                    3));
    other.start();
    await(busy);
    crew.run(100, part -> assertSame(test, Thread.currentThread()), 3);
    allow.countDown();
    Await.ended(other);
  }

  @Test
  void standingByStartsTheHelpers() {
    crew.standBy();
    crew.standBy();
    CyclicBarrier together = new CyclicBarrier(3);
    crew.run(
        3,
        part -> {
          try {
            together.await(30, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        3);
  }

  @Test
  void whereNoThreadCanBeMadeTheCallerDoesItAll() {
    Crew alone =
        new Crew(
            2,
            work -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    alone.standBy();
    AtomicInteger calls = new AtomicInteger();
    alone.run(
        100,
        part -> {
          assertSame(test, Thread.currentThread());
          calls.incrementAndGet();
        },
        3);
    assertEquals(100, calls.get());
  }

  /** It ends the run, but not before the helper that was called first has finished its part. */
  @Test
  void whatElseCallingAHelperThrowsWaitsForTheOthers() throws Exception {
    StackOverflowError failure = new StackOverflowError("deep");
    CountDownLatch helperIsIn = new CountDownLatch(1);
    CountDownLatch letHelperGo = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean helperIsOut = new AtomicBoolean();
    Crew few =
        new Crew(
            2,
            work -> {
              if (made.incrementAndGet() == 2) {
                await(helperIsIn);
                throw failure;
              }
              Thread helper = new Thread(work, "helper");
              helper.setDaemon(true);
              return helper;
            });
    FutureTask<Boolean> run =
        new FutureTask<>(
            () -> {
              assertSame(
                  failure,
                  assertThrows(
                      StackOverflowError.class,
                      () ->
                          few.run(
                              100,
                              part -> {
                                calls.incrementAndGet();
                                helperIsIn.countDown();
                                await(letHelperGo);
                                helperIsOut.set(true);
                              },
                              3)));
              return helperIsOut.get();
            });
    Thread caller = new Thread(run, "caller");
    caller.start();
    await(helperIsIn);
    Await.until("waits, or does not", () -> run.isDone() || caller.getState() == WAITING);
    letHelperGo.countDown();
    assertTrue(run.get(30, TimeUnit.SECONDS));
    assertEquals(1, calls.get(), "nothing was begun after the failure");
  }

  /** Many short jobs, so that helpers come late all the time; none may be at work afterwards. */
  @Test
  void nobodyIsAtAPartOnceARunIsOver() {
    AtomicInteger at = new AtomicInteger();
    for (int i = 0; i < 20_000; i++) {
      crew.run(
          4,
          part -> {
            at.incrementAndGet();
            Thread.onSpinWait();
            at.decrementAndGet();
          },
          3);
      assertEquals(0, at.get());
    }
  }
}
