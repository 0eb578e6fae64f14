package dev.dmabroker.samples.dashboard;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dmabroker.Conflict;
import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

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
  private final Deque<JsonObject> activities = new ArrayDeque<>();

  private final Deque<JsonObject> refusals = new ArrayDeque<>();
  private long number;
  private long moved;
  private long rolledBack;
  private long copiedBytes;

  @Override
  public void allocated(MemoryAllocated event) {
    JsonObject entry = new JsonObject();
    entry.addProperty("kind", "allocated");
    entry.addProperty("buffer", event.buffer());
    entry.addProperty("to", event.heap());
    entry.addProperty("sizeBytes", event.sizeBytes());
    entry.addProperty("tookMillis", millis(event.took()));
    add(activities, ACTIVITIES, entry);
  }

  @Override
  public void moved(BufferMove event) {
    synchronized (this) {
      moved++;
      copiedBytes += event.copiedBytes();
    }
    add(activities, ACTIVITIES, move("moved", event));
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    synchronized (this) {
      rolledBack++;
    }
    JsonObject entry = move("rolled back", event);
    entry.addProperty("failure", event.failure().orElse(null));
    entry.add("holders", texts(event.holders()));
    add(activities, ACTIVITIES, entry);
  }

  @Override
  public void stalled(MapStalled event) {
    stalls.record(event.waited());
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    JsonObject entry = refusal(event.buffer(), event.heap());
    entry.addProperty("why", "heap " + event.heap() + " gave no memory");
    entry.addProperty("explanation", event.reason());
    entry.add("clauses", new JsonArray());
    entry.add("wouldHelp", new JsonArray());
    add(refusals, REFUSALS, entry);
  }

  @Override
  public void refused(AttachRefused event) {
    Conflict conflict = event.explanation().conflict();
    JsonObject entry = refusal(event.buffer(), event.device());
    entry.addProperty("why", conflict.cause());
    entry.addProperty("explanation", String.valueOf(event.explanation().getMessage()));
    entry.add("clauses", texts(conflict.clauses()));
    entry.add("wouldHelp", texts(conflict.relaxations()));
    add(refusals, REFUSALS, entry);
  }

  private static JsonObject refusal(String buffer, String by) {
    JsonObject entry = new JsonObject();
    entry.addProperty("buffer", buffer);
    entry.addProperty("of", by);
    return entry;
  }

  private static JsonObject move(String kind, BufferMove event) {
    JsonObject entry = new JsonObject();
    entry.addProperty("kind", kind);
    entry.addProperty("buffer", event.buffer());
    entry.addProperty("from", event.from());
    entry.addProperty("to", event.to().orElse(null));
    entry.addProperty("cause", event.cause().name().toLowerCase(Locale.ROOT));
    entry.addProperty("beneficiary", event.beneficiary());
    entry.addProperty("copiedBytes", event.copiedBytes());
    entry.addProperty("tookMillis", millis(event.prepare().plus(event.stall())));
    entry.addProperty("stallMillis", millis(event.stall()));
    entry.addProperty("copyMillis", millis(event.copy()));
    return entry;
  }

  private synchronized void add(Deque<JsonObject> entries, int most, JsonObject entry) {
    entry.addProperty("id", ++number);
    entry.addProperty("at", clock.millis());
    entries.addFirst(entry);
    if (entries.size() > most) {
      entries.removeLast();
    }
  }

  private static JsonArray texts(List<?> list) {
    JsonArray texts = new JsonArray();
    list.forEach(each -> texts.add(each.toString()));
    return texts;
  }

  /** All of it; the entries are not to be changed. */
  synchronized JsonObject read() {
    JsonObject all = new JsonObject();
    all.add("activities", array(activities));
    all.add("refusals", array(refusals));
    JsonObject totals = new JsonObject();
    totals.addProperty("moved", moved);
    totals.addProperty("rolledBack", rolledBack);
    totals.addProperty("copied", copiedBytes);
    all.add("totals", totals);
    all.add("stalls", readStalls());
    return all;
  }

  private static JsonArray array(Collection<JsonObject> entries) {
    JsonArray array = new JsonArray();
    entries.forEach(array::add);
    return array;
  }

  private JsonObject readStalls() {
    JsonArray bounds = new JsonArray();
    StallHistogram.BOUNDS.forEach(bound -> bounds.add(millis(bound)));
    JsonArray columns = new JsonArray();
    for (List<Long> column : stalls.columns()) {
      JsonArray counts = new JsonArray();
      column.forEach(counts::add);
      columns.add(counts);
    }
    JsonObject all = new JsonObject();
    all.add("boundsMillis", bounds);
    all.add("columns", columns);
    all.addProperty("newestSecond", stalls.newestSecond());
    all.addProperty("longestMillis", millis(stalls.longest()));
    return all;
  }

  /** The duration in milliseconds; one that a long cannot count in nanoseconds is 292 years. */
  static double millis(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration) / 1e6;
  }
}
