package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.runtime.Time;
import java.util.concurrent.TimeUnit;

/**
 * Tells what the search for a buffer's memory waits for, and since when, so that an error can say
 * it. One search at a time notes its steps; any thread may read them.
 */
public final class Progress {
  private final Time time;
  private volatile Step step = new Step("", 0);

  /** Stands for a step, in words that go on with "for" and a time. */
  private record Step(String words, long sinceNanos) {}

  public Progress(Time time) {
    this.time = time;
  }

  /** A worker has to take the search up. */
  public void awaitWorker() {
    begin("no worker has been free");
  }

  /** A thread has taken the search up. */
  public void begin() {
    begin("memory has been sought");
  }

  /** The search is in line. */
  void awaitTurn(NoTurnException why) {
    begin(String.valueOf(why.getMessage()));
  }

  /** The heap is being asked. */
  void ask(HeapAccount heap) {
    begin("heap " + heap.name() + " has not answered");
  }

  /** Buffers are being moved out of the heap. */
  void makeRoom(HeapAccount heap) {
    begin("room is being made in heap " + heap.name());
  }

  private void begin(String words) {
    step = new Step(words, time.nanos());
  }

  /** Returns the step under way and its time so far, in words. */
  public String describe() {
    Step now = step;
    long millis = TimeUnit.NANOSECONDS.toMillis(time.nanos() - now.sinceNanos());
    return now.words() + " for " + millis + " ms";
  }
}
