package dev.dmabroker.samples.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Follows how much buffers hold of each heap over time. Thread-safe. */
final class HeldMemory {
  private final LongSupplier clockMicros;
  private final Map<String, Level> levels = new HashMap<>();

  /** What is held of one heap, and the sum of that over time. */
  private static final class Level {
    private long bytes;
    private long sinceMicros;
    private double byteMicros;

    void add(long more, long nowMicros) {
      byteMicros += (double) bytes * (nowMicros - sinceMicros);
      sinceMicros = nowMicros;
      bytes += more;
    }
  }

  /**
   * Begins with nothing held.
   *
   * @param clockMicros what the time is, since the trace began
   */
  HeldMemory(LongSupplier clockMicros) {
    this.clockMicros = clockMicros;
  }

  synchronized void add(String heap, long bytes) {
    levels.computeIfAbsent(heap, name -> new Level()).add(bytes, clockMicros.getAsLong());
  }

  /** The bytes of the heap that were held on average, since the trace began. */
  synchronized long meanBytes(String heap) {
    long now = clockMicros.getAsLong();
    Level level = levels.get(heap);
    if (level == null || now == 0) {
      return 0;
    }
    level.add(0, now);
    return Math.round(level.byteMicros / now);
  }
}
