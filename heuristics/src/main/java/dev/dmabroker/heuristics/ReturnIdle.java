package dev.dmabroker.heuristics;

import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.RebalancePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has idle buffers leave a heap that is fuller than its high mark, until it is no fuller than its
 * low mark. It serves pipelines in which strict devices come and go: buffers that moved into scarce
 * memory for a display stay there after the display has gone, and the next device that needs such
 * memory finds none.
 *
 * <p>Buffers do not go to and fro, for three reasons. A buffer leaves only if it has been idle, and
 * has lain where it lies, for set times. It leaves only for a heap that the broker's heuristic
 * ranks before the present one; {@link Sticky} asks for more than a little advantage. And it leaves
 * only if the target is no fuller than the low mark afterwards, or has no capacity that is known:
 * so it comes back only after others have filled that heap from the low mark to the high one.
 *
 * <p>The buffer that has been idle for the longest time goes first. Marks, times and rates have
 * defaults; see {@link Builder}. Immutable and thread-safe.
 */
public final class ReturnIdle implements RebalancePolicy {
  private static final Comparator<Candidate> LONGEST_IDLE_FIRST =
      Comparator.<Candidate, Duration>comparing(each -> each.resident().idle())
          .reversed()
          .thenComparingLong(each -> each.resident().id());

  private final double highMark;
  private final double lowMark;
  private final Duration minIdle;
  private final Duration minInPlace;
  private final double movesPerSecond;
  private final double bytesPerSecond;
  private final Duration interval;

  private ReturnIdle(Builder builder) {
    this.highMark = builder.highMark;
    this.lowMark = builder.lowMark;
    this.minIdle = builder.minIdle;
    this.minInPlace = builder.minInPlace;
    this.movesPerSecond = builder.movesPerSecond;
    this.bytesPerSecond = builder.bytesPerSecond;
    this.interval = builder.interval;
  }

  /** {@return a builder in which each part has its default} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Choice choose(Occupied occupied) {
    Long capacity = occupied.heap().traits().capacityBytes().value();
    double mark = occupied.isUnderWay() ? lowMark : highMark;
    if (capacity == null || occupied.heap().takenBytes() <= mark * capacity) {
      return Choice.NONE;
    }
    List<Candidate> candidates = new ArrayList<>(occupied.candidates());
    candidates.removeIf(
        each ->
            each.resident().idle().compareTo(minIdle) < 0
                || each.inPlace().compareTo(minInPlace) < 0);
    candidates.sort(LONGEST_IDLE_FIRST);
    return new Choice(
        leaving(candidates, occupied.heap().takenBytes() - lowMark * capacity),
        movesPerSecond,
        bytesPerSecond,
        Optional.of(interval));
  }

  /** Chooses until that many bytes leave, and fills no other heap above its low mark. */
  private List<Long> leaving(List<Candidate> candidates, double bytes) {
    List<Long> leaving = new ArrayList<>();
    Map<String, Long> added = new HashMap<>();
    for (Candidate each : candidates) {
      if (bytes <= 0) {
        break;
      }
      HeapLoad target = each.target();
      long more = added.getOrDefault(target.name(), 0L) + target.sizeBytes();
      Long capacity = target.traits().capacityBytes().value();
      if (capacity == null || target.takenBytes() + (double) more <= lowMark * capacity) {
        added.put(target.name(), more);
        leaving.add(each.resident().id());
        bytes -= each.resident().sizeBytes();
      }
    }
    return leaving;
  }

  @Override
  public String toString() {
    return "return-idle(from " + highMark + " down to " + lowMark + ")";
  }

  /** Collects marks, times and rates; the last one of a name counts. Not thread-safe. */
  public static final class Builder {
    private double highMark = 0.75;
    private double lowMark = 0.5;
    private Duration minIdle = Duration.ofSeconds(1);
    private Duration minInPlace = Duration.ofSeconds(5);
    private double movesPerSecond = 4;
    private double bytesPerSecond = 256 << 20;
    private Duration interval = Duration.ofMillis(500);

    private Builder() {}

    /**
     * Sets the marks; 0.75 and 0.5 unless set. With marks of 0 no buffer stays that may leave.
     *
     * @param high the part of a heap's capacity, 0 to 1, above which buffers begin to leave
     * @param low the part down to which they leave, 0 to {@code high}
     * @return this builder
     * @throws IllegalArgumentException unless 0 &lt;= low &lt;= high &lt;= 1
     */
    public Builder marks(double high, double low) {
      if (!(low >= 0 && low <= high && high <= 1)) {
        throw new IllegalArgumentException(
            "marks must be 0 <= low <= high <= 1, are high " + high + " and low " + low);
      }
      highMark = high;
      lowMark = low;
      return this;
    }

    /**
     * Sets how long a buffer has to be idle, that is, not mapped; 1 s unless set.
     *
     * @param time the least time; zero or more
     * @return this builder
     * @throws IllegalArgumentException if the time is negative
     */
    public Builder minIdle(Duration time) {
      minIdle = notNegative("minIdle", time);
      return this;
    }

    /**
     * Sets how long a buffer has to have lain where it lies; 5 s unless set.
     *
     * @param time the least time; zero or more
     * @return this builder
     * @throws IllegalArgumentException if the time is negative
     */
    public Builder minInPlace(Duration time) {
      minInPlace = notNegative("minInPlace", time);
      return this;
    }

    /**
     * Sets how fast buffers leave, all heaps together; 4 moves and 256 MiB a second unless set.
     *
     * @param movesPerSecond the most moves in a second, on average
     * @param bytesPerSecond the most bytes in a second, on average
     * @return this builder
     * @throws IllegalArgumentException unless both are positive and finite
     */
    public Builder rate(double movesPerSecond, double bytesPerSecond) {
      this.movesPerSecond = positive("movesPerSecond", movesPerSecond);
      this.bytesPerSecond = positive("bytesPerSecond", bytesPerSecond);
      return this;
    }

    /**
     * Sets how often the broker asks while a heap is too full; every 500 ms unless set.
     *
     * @param time the time between two questions; positive
     * @return this builder
     * @throws IllegalArgumentException unless the time is positive
     */
    public Builder interval(Duration time) {
      if (notNegative("interval", time).isZero()) {
        throw new IllegalArgumentException("interval must be positive, is " + time);
      }
      interval = time;
      return this;
    }

    /** {@return the policy} */
    public ReturnIdle build() {
      return new ReturnIdle(this);
    }

    private static Duration notNegative(String what, Duration time) {
      if (time.isNegative()) {
        throw new IllegalArgumentException(what + " must not be negative, is " + time);
      }
      return time;
    }

    private static double positive(String what, double rate) {
      if (!(rate > 0 && Double.isFinite(rate))) {
        throw new IllegalArgumentException(what + " must be positive and finite, is " + rate);
      }
      return rate;
    }
  }
}
