package dev.dmabroker.samples.latency;

import dev.dmabroker.CpuView;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Whatever comes after the decoder: takes each frame at once, and keeps it for as many frame times
 * as the latency is when it is taken.
 */
final class Downstream implements Runnable {
  private final StreamConsumer consumer;
  private final Schedule schedule;
  private final long frameNanos;
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();

  private record Kept(Frame frame, long untilNanos) {}

  Downstream(StreamConsumer consumer, Schedule schedule, long frameNanos) {
    this.consumer = consumer;
    this.schedule = schedule;
    this.frameNanos = frameNanos;
  }

  /** Until the stream stops. */
  @Override
  public void run() {
    try {
      while (true) {
        take();
        release(System.nanoTime());
      }
    } catch (StreamStoppedException e) {
      release(Long.MAX_VALUE);
    }
  }

  /** Waits for a frame, but for no longer than the next has to be released. */
  private void take() {
    Kept first = kept.peek();
    long wait = first == null ? frameNanos : first.untilNanos() - System.nanoTime();
    if (wait <= 0) {
      return;
    }
    try {
      Frame frame = consumer.take(Duration.ofNanos(wait));
      long latency = schedule.latency(number(frame)) * frameNanos;
      // In the order of arrival, as a display has it: none overtakes another.
      long until = System.nanoTime() + latency;
      Kept last = kept.peekLast();
      kept.add(new Kept(frame, last == null ? until : Math.max(until, last.untilNanos())));
    } catch (WaitTimeoutException e) {
      // Something has to be released first.
    }
  }

  /** What the decoder wrote. */
  private static int number(Frame frame) {
    try (CpuView pixels = frame.mapping().cpuView()) {
      return pixels.bytes().getInt(0);
    }
  }

  private void release(long nowNanos) {
    for (Kept first; (first = kept.peek()) != null && first.untilNanos() <= nowNanos; ) {
      kept.remove().frame().close();
    }
  }
}
