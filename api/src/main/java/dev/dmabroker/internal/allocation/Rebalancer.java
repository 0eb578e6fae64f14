package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.allocation.Tenant.Leaver;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Alarm;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.RebalancePolicy;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import dev.dmabroker.spi.RebalancePolicy.Choice;
import dev.dmabroker.spi.RebalancePolicy.Occupied;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has idle buffers leave scarce memory, as the application's policy chooses them. It looks a moment
 * after something changed, and when the policy wants to be asked again. Looks and moves are made
 * one after the other on a thread that does nothing else, so a heap or a mover that does not return
 * holds up no other work. A move is given up as soon as the buffer is used. This class is
 * thread-safe.
 */
public final class Rebalancer {
  /** The time from a change to the look, since devices leave many buffers at a time. */
  private static final Duration SETTLE = Duration.ofMillis(100);

  /** The shortest and the longest time until the broker asks again for a rate's sake. */
  private static final double LEAST_PAUSE = 0.01;

  private static final double MOST_PAUSE = 1;

  private final @Nullable RebalancePolicy policy;
  private final Planner planner;
  private final Residents residents;
  private final Time time;
  private final Lane lane = new Lane("rebalance", /* room= */ 1);

  private final Alarm alarm;
  private volatile boolean closed;

  /** The heaps about which the policy wanted to be asked again. Only the lane uses it. */
  private final Set<HeapAccount> underWay = new HashSet<>();

  /** Only the lane uses it. */
  private final MoveRate rate = new MoveRate();

  /**
   * Moves residents.
   *
   * @param policy chooses them; null if none moves
   */
  public Rebalancer(
      @Nullable RebalancePolicy policy,
      Planner planner,
      Residents residents,
      Time time,
      Workers workers) {
    this.policy = policy;
    this.planner = planner;
    this.residents = residents;
    this.time = time;
    this.alarm = new Alarm(time, workers, this::begin);
  }

  /** Something changed that may let buffers leave. This only schedules a look. */
  public void stir() {
    if (policy != null) {
      lookIn(SETTLE);
    }
  }

  /** Ends all that: no further move begins. */
  public void close() {
    closed = true;
    alarm.close();
    lane.clear();
  }

  private void lookIn(Duration delay) {
    alarm.by(time.nanos() + Durations.nanos(delay));
  }

  /** Leaves the timer's thread. If no thread can be made, the next change has another try. */
  private void begin() {
    boolean unused = lane.offer(this::look);
  }

  private void look() {
    Duration again = null;
    for (HeapAccount heap : planner.table().accounts()) {
      if (!closed && heap.traits().capacityBytes().value() != null) {
        Optional<Duration> wanted = balance(heap);
        if (wanted.isPresent() && (again == null || wanted.get().compareTo(again) < 0)) {
          again = wanted.get();
        }
      }
    }
    if (again != null) {
      lookIn(again);
    }
  }

  /** Has the policy choose what leaves the heap. Returns when to ask again. */
  private Optional<Duration> balance(HeapAccount heap) {
    Map<Long, Leaver> leavers = leavers(heap);
    Choice choice = ask(heap, leavers);
    if (choice.again().isPresent()) {
      underWay.add(heap);
    } else {
      underWay.remove(heap);
    }
    for (long id : choice.buffers()) {
      Leaver leaver = leavers.get(id);
      if (leaver == null || closed) {
        continue;
      }
      long sizeBytes = leaver.candidate().resident().sizeBytes();
      if (!rate.take(sizeBytes, choice, time.nanos())) {
        return Optional.of(pause(choice));
      }
      boolean unused = leaver.move();
    }
    return choice.again();
  }

  private Map<Long, Leaver> leavers(HeapAccount heap) {
    Map<Long, Leaver> leavers = new HashMap<>();
    for (Tenant tenant : residents.of(heap)) {
      tenant
          .leaver(heap)
          .ifPresent(leaver -> leavers.put(leaver.candidate().resident().id(), leaver));
    }
    return leavers;
  }

  private Choice ask(HeapAccount heap, Map<Long, Leaver> leavers) {
    RebalancePolicy asked = policy;
    if (asked == null) {
      return Choice.NONE;
    }
    List<Candidate> candidates = new ArrayList<>();
    leavers.values().forEach(leaver -> candidates.add(leaver.candidate()));
    candidates.sort(Comparator.comparingLong(each -> each.resident().id()));
    HeapLoad load =
        new HeapLoad(heap.info(), /* sizeBytes= */ 0, heap.usedBytes(), heap.othersBytes(), 0);
    Occupied occupied = new Occupied(load, candidates, underWay.contains(heap));
    try {
      return Foreign.ask(() -> asked.choose(occupied));
    } catch (HeapException e) {
      EngineLog.LOG.log(
          Level.WARNING,
          "the rebalancing policy failed for heap " + heap.name() + "; no buffer leaves it",
          e.getCause());
      return Choice.NONE;
    }
  }

  /** The time after which the rate may allow a move more. */
  private static Duration pause(Choice choice) {
    double seconds = Math.min(MOST_PAUSE, Math.max(LEAST_PAUSE, 1 / choice.movesPerSecond()));
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
