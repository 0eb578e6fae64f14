package dev.dmabroker.metrics;

import dev.dmabroker.metrics.StreamCensus.Figure;
import io.micrometer.core.instrument.Tags;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of streams and of the devices at them, which come and go. Meters are registered when a
 * census sees a stream or device for the first time, and taken out when a census does not see it
 * any more. A census is taken when the broker tells that a stream or a consumer has come or gone,
 * as a scrape that finds it so while it reads the gauges shows no new meters.
 *
 * <p>Thread-safe. It is not known what a registry does when it is told of a meter, and it may read
 * a gauge. So no thread waits for a thread that registers: the latter goes on while there are later
 * censuses.
 */
final class StreamMeters {
  private static final System.Logger LOG = System.getLogger("dev.dmabroker.metrics");

  private final Supplier<Registration> registrations;
  private final ReentrantLock lock = new ReentrantLock();

  /** The last census that there was. */
  private final AtomicReference<@Nullable Census> latest = new AtomicReference<>();

  /** The last census that was followed. Written under the lock. */
  private volatile @Nullable Census followed;

  // Guarded by the lock.
  private final Map<Tags, Registration> registered = new HashMap<>();
  private boolean closed;

  /**
   * Makes the meters.
   *
   * @param registrations makes a registration for each stream or device
   */
  StreamMeters(Supplier<Registration> registrations) {
    this.registrations = registrations;
  }

  /**
   * Registers and removes meters after a census. A thread that finds the lock taken leaves the work
   * to the thread that has it.
   */
  void follow(Census census) {
    latest.accumulateAndGet(census, Census::later);
    while (latest.get() != followed && !lock.isHeldByCurrentThread() && lock.tryLock()) {
      try {
        Census next = Objects.requireNonNull(latest.get());
        followed = next;
        if (!closed) {
          follow(next.streams());
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void follow(StreamCensus streams) {
    registered
        .entrySet()
        .removeIf(
            known -> {
              boolean isGone = !streams.owners().contains(known.getKey());
              if (isGone) {
                known.getValue().removeAll();
              }
              return isGone;
            });
    for (Tags tags : streams.owners()) {
      registered.computeIfAbsent(tags, this::register);
    }
  }

  /**
   * Registers the meters of one stream or device, or none of them if the registry refuses one. That
   * is no concern of the other streams, nor of the gauge that is being read.
   */
  private Registration register(Tags tags) {
    Registration meters = registrations.get();
    try {
      if (tags.stream().anyMatch(tag -> tag.getKey().equals("device"))) {
        registerDevice(meters, tags);
      } else {
        registerStream(meters, tags);
      }
    } catch (Throwable t) {
      LOG.log(Level.WARNING, "no meters of " + tags + ", as the registry refused one", t);
      meters.removeAll();
    }
    return meters;
  }

  private static void registerStream(Registration meters, Tags tags) {
    for (Figure state : new Figure[] {Figure.FREE, Figure.FILLING, Figure.IN_FLIGHT}) {
      Tags states = tags.and("state", Meters.inWords(state));
      meters.gauge(MeterName.STREAM_DEPTH, states, of(tags, state));
    }
    meters.gauge(MeterName.STREAM_LIMIT, tags, of(tags, Figure.LIMIT));
    meters.gauge(MeterName.STREAM_SIZE, tags, of(tags, Figure.SIZE));
    meters.gauge(MeterName.STREAM_WAITING, tags, of(tags, Figure.WAITING));
    meters.gauge(MeterName.STREAM_HELD_BACK, tags, of(tags, Figure.HELD_BACK));
    meters.counted(MeterName.STREAM_STARVED, tags, of(tags, Figure.STARVED));
    meters.counted(MeterName.STREAM_FRAMES, tags, of(tags, Figure.SUBMITTED));
    meters.counted(MeterName.STREAM_FAILED, tags, of(tags, Figure.FAILED));
    meters.counted(MeterName.STREAM_SCRUBBED, tags, of(tags, Figure.SCRUBBED));
    for (Figure result : new Figure[] {Figure.GROWN, Figure.SHRUNK, Figure.REFUSED}) {
      Tags results = tags.and("result", Meters.inWords(result));
      meters.counted(MeterName.STREAM_RESIZES, results, of(tags, result));
    }
  }

  private static void registerDevice(Registration meters, Tags tags) {
    meters.gauge(MeterName.STREAM_HELD, tags, of(tags, Figure.HELD));
    meters.gauge(MeterName.STREAM_HELD_DECLARED, tags, of(tags, Figure.HELD_DECLARED));
    meters.gauge(MeterName.STREAM_QUEUED, tags, of(tags, Figure.QUEUED));
    meters.counted(MeterName.STREAM_DROPPED, tags, of(tags, Figure.DROPPED));
    meters.counted(MeterName.STREAM_OVERHELD, tags, of(tags, Figure.OVERHELD));
    meters.timedInNanos(
        MeterName.STREAM_HOLD, tags, of(tags, Figure.RELEASED), of(tags, Figure.HOLD_NANOS));
    meters.nanos(MeterName.STREAM_HOLD_LONGEST, tags, of(tags, Figure.HOLD_LONGEST_NANOS));
    meters.nanos(MeterName.STREAM_HOLD_DECLARED, tags, of(tags, Figure.HOLD_DECLARED_NANOS));
  }

  private static ToDoubleFunction<Census> of(Tags tags, Figure figure) {
    return now -> now.streams().value(tags, figure);
  }

  /** Takes all meters out of the registry. */
  void close() {
    lock.lock();
    try {
      closed = true;
      registered.values().forEach(Registration::removeAll);
      registered.clear();
    } finally {
      lock.unlock();
    }
  }
}
