package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tasks of a client keep their order, whichever thread does them. */
class WorkTest {
  private final ArrayDeque<Runnable> pool = new ArrayDeque<>();
  private final List<String> done = new ArrayList<>();
  private final Work work =
      new Work(pool::add, thrown -> done.add(String.valueOf(thrown.getMessage())));

  private static void inServiceThread(Runnable task) throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    new ServiceThread(
            () -> {
              try {
                task.run();
                end.complete(null);
              } catch (Throwable e) {
                end.completeExceptionally(e);
              }
            },
            1)
        .start();
    end.get(30, TimeUnit.SECONDS);
  }

  private void runPool() {
    for (Runnable task = pool.poll(); task != null; task = pool.poll()) {
      task.run();
    }
  }

  @Test
  void aServiceThreadDoesAShortTaskThatHasItsTurn() throws Exception {
    inServiceThread(() -> work.executeShort(() -> done.add("short")));
    assertEquals(List.of("short"), done);
    assertEquals(0, pool.size());
  }

  @Test
  void anotherThreadLeavesItToThePool() {
    work.executeShort(() -> done.add("short"));
    assertEquals(List.of(), done);
    runPool();
    assertEquals(List.of("short"), done);
  }

  @Test
  void aShortTaskComesAfterThoseThatWait() throws Exception {
    work.execute(() -> done.add("before"));
    inServiceThread(() -> work.executeShort(() -> done.add("short")));
    assertEquals(List.of(), done);
    runPool();
    assertEquals(List.of("before", "short"), done);
  }

  @Test
  void whatComesDuringAShortTaskIsThePools() throws Exception {
    inServiceThread(
        () ->
            work.executeShort(
                () -> {
                  work.execute(() -> done.add("after"));
                  work.executeShort(() -> done.add("short after"));
                  done.add("short");
                }));
    assertEquals(List.of("short"), done);
    assertEquals(1, pool.size());
    runPool();
    assertEquals(List.of("short", "after", "short after"), done);
  }

  @Test
  void workGoesOnAfterAShortTaskThatThrows() throws Exception {
    inServiceThread(
        () ->
            work.executeShort(
                () -> {
                  work.execute(() -> done.add("after"));
                  throw new IllegalStateException("thrown");
                }));
    runPool();
    work.execute(() -> done.add("last"));
    runPool();
    assertEquals(List.of("thrown", "after", "last"), done);
  }

  @Test
  void workGoesOnAfterATaskThatThrows() {
    work.execute(
        () -> {
          throw new AssertionError("thrown");
        });
    work.execute(() -> done.add("after"));
    runPool();
    work.execute(() -> done.add("last"));
    runPool();
    assertEquals(List.of("thrown", "after", "last"), done);
  }

  @Test
  void workGoesOnEvenIfNobodyCanBeToldWhatATaskThrew() {
    Work silent =
        new Work(
            pool::add,
            thrown -> {
              throw new StackOverflowError("told");
            });
    silent.execute(
        () -> {
          throw new AssertionError("thrown");
        });
    silent.execute(() -> done.add("after"));
    runPool();
    assertEquals(List.of("after"), done);
  }

  @Test
  void aTaskThatFoundNoThreadIsDoneWithTheNext() {
    boolean[] full = {true};
    Work starved =
        new Work(
            task -> {
              if (full[0]) {
                throw new OutOfMemoryError("no thread");
              }
              pool.add(task);
            },
            thrown -> done.add("failed"));
    assertThrows(OutOfMemoryError.class, () -> starved.execute(() -> done.add("first")));
    full[0] = false;
    starved.execute(() -> done.add("second"));
    runPool();
    assertEquals(List.of("first", "second"), done);
  }
}
