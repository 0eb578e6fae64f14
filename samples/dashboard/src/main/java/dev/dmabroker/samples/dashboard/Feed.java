package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Conflict;
import dev.dmabroker.event.Allocation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.Move;
import dev.dmabroker.event.Refusal;
import dev.dmabroker.event.Stall;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What happened lately, of which a snapshot knows nothing: the last moves, allocations and
 * refusals, and how long maps waited. Bounded, however much happens. Thread-safe.
 */
final class Feed implements BrokerListener {
  private static final int ACTIVITIES = 40;
  private static final int REFUSALS = 12;

  private final Clock clock = Clock.systemUTC();
  private final StallHistogram stalls = new StallHistogram(System::nanoTime);

  /** The newest first; guarded by this, as is what follows. */
  private final Deque<Map<String, Object>> activities = new ArrayDeque<>();

  private final Deque<Map<String, Object>> refusals = new ArrayDeque<>();
  private long number;
  private long moved;
  private long rolledBack;
  private long copiedBytes;
  private long refused;

  @Override
  public void allocated(Allocation event) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("kind", "allocated");
    entry.put("buffer", event.buffer());
    entry.put("to", event.heap());
    entry.put("sizeBytes", event.sizeBytes());
    entry.put("tookMillis", millis(event.took()));
    add(activities, ACTIVITIES, entry);
  }

  @Override
  public void moved(Move event) {
    synchronized (this) {
      moved++;
      copiedBytes += event.copiedBytes();
    }
    add(activities, ACTIVITIES, move("moved", event));
  }

  @Override
  public void moveRolledBack(Move event) {
    synchronized (this) {
      rolledBack++;
    }
    Map<String, Object> entry = move("rolled back", event);
    entry.put("attempt", event.attempt());
    entry.put("failure", event.failure());
    entry.put("holders", event.holders().stream().map(Object::toString).toList());
    add(activities, ACTIVITIES, entry);
  }

  @Override
  public void stalled(Stall event) {
    stalls.record(event.waited());
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    Map<String, Object> entry = refusal(event.buffer(), event.heap());
    entry.put("why", "heap " + event.heap() + " gave no memory");
    entry.put("explanation", event.reason());
    entry.put("clauses", List.of());
    entry.put("wouldHelp", List.of());
    add(refusals, REFUSALS, entry);
  }

  @Override
  public void refused(Refusal event) {
    Conflict conflict = event.explanation().conflict();
    Map<String, Object> entry = refusal(event.buffer(), event.device());
    entry.put("why", conflict.cause());
    entry.put("explanation", String.valueOf(event.explanation().getMessage()));
    entry.put("clauses", conflict.clauses().stream().map(Object::toString).toList());
    entry.put("wouldHelp", conflict.relaxations().stream().map(Object::toString).toList());
    add(refusals, REFUSALS, entry);
  }

  private synchronized Map<String, Object> refusal(String buffer, String by) {
    refused++;
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("buffer", buffer);
    entry.put("of", by);
    return entry;
  }

  private static Map<String, Object> move(String kind, Move event) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("kind", kind);
    entry.put("buffer", event.buffer());
    entry.put("from", event.from());
    entry.put("to", event.to());
    entry.put("cause", event.cause().name().toLowerCase(Locale.ROOT));
    entry.put("beneficiary", event.beneficiary());
    entry.put("sizeBytes", event.sizeBytes());
    entry.put("copiedBytes", event.copiedBytes());
    entry.put("tookMillis", millis(event.prepare().plus(event.stall())));
    entry.put("stallMillis", millis(event.stall()));
    entry.put("drainMillis", millis(event.drain()));
    entry.put("copyMillis", millis(event.copy()));
    return entry;
  }

  private synchronized void add(
      Deque<Map<String, Object>> entries, int most, Map<String, Object> entry) {
    entry.put("id", ++number);
    entry.put("at", clock.millis());
    entries.addFirst(entry);
    if (entries.size() > most) {
      entries.removeLast();
    }
  }

  /** All of it, as {@link Json} writes it. */
  synchronized Map<String, Object> read() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("activities", new ArrayList<>(activities));
    all.put("refusals", new ArrayList<>(refusals));
    all.put(
        "totals",
        Map.of(
            "moved", moved, "rolledBack", rolledBack, "copied", copiedBytes, "refused", refused));
    all.put(
        "stalls",
        Map.of(
            "boundsMillis",
            StallHistogram.BOUNDS.stream().map(Feed::millis).toList(),
            "newestSecond",
            stalls.newestSecond(),
            "columns",
            stalls.columns(),
            "longestMillis",
            Optional.of(stalls.longest()).filter(longest -> !longest.isZero()).map(Feed::millis)));
    return all;
  }

  static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
