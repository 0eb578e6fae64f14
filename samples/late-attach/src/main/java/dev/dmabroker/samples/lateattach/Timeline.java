package dev.dmabroker.samples.lateattach;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.MemoryAllocated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Prints what happens, each line with the time since the start, and keeps the moves. */
public final class Timeline implements BrokerListener {
  private final long startNanos = System.nanoTime();
  private final List<BufferMove> moves = new ArrayList<>();

  /** Prints a line. */
  public synchronized void say(String format, Object... args) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    System.out.printf(
        Locale.ROOT, "%8.3f s  %s%n", seconds, String.format(Locale.ROOT, format, args));
  }

  @Override
  public void allocated(MemoryAllocated event) {
    say(
        "%s allocated in %s: %,d bytes in %.1f ms",
        event.buffer(), event.heap(), event.sizeBytes(), millis(event.took()));
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    say("%s refused in %s: %s", event.buffer(), event.heap(), event.reason());
  }

  @Override
  public void moved(BufferMove event) {
    synchronized (this) {
      moves.add(event);
    }
    say(
        "%s moved from %s to %s for %s: prepared in %.1f ms, stalled %.3f ms (drain %.3f, copy %.3f"
            + " of %,d bytes)",
        event.buffer(),
        event.from(),
        event.to().orElse("?"),
        event.beneficiary(),
        millis(event.prepare()),
        millis(event.stall()),
        millis(event.drain()),
        millis(event.copy()),
        event.copiedBytes());
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    say(
        "%s not moved (attempt %d), it stays in %s: %s %s",
        event.buffer(), event.attempt(), event.from(), event.failure().orElse(""), event.holders());
  }

  /** The moves that were done. */
  public synchronized List<BufferMove> moves() {
    return List.copyOf(moves);
  }

  /** Microseconds that the moves stalled, ascending. */
  public long[] stallMicros() {
    long[] stalls = moves().stream().mapToLong(move -> move.stall().toNanos() / 1000).toArray();
    Arrays.sort(stalls);
    return stalls;
  }

  /** The value that the given share of the sorted values does not exceed; 0 if there is none. */
  public static long percentile(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
