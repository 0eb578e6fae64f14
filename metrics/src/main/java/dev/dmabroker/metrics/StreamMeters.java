package dev.dmabroker.metrics;

import dev.dmabroker.metrics.StreamCensus.Figure;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The meters of streams and of the devices at them, which come and go. Meters are registered when a
 * census sees a stream or device for the first time, and taken out when a census does not see it
 * any more.
 *
 * <p>Thread-safe. It is not known what a registry does when it is told of a meter, and it may read
 * a gauge. So no thread waits for a thread that registers: the next census comes soon.
 */
final class StreamMeters {
  private static final System.Logger LOG = System.getLogger("dev.dmabroker.metrics");

  private final Supplier<Registration> registrations;
  private final ReentrantLock lock = new ReentrantLock();

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
   * to the next census.
   */
  void follow(Census census) {
    if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
      return;
    }
    try {
      if (!closed) {
        follow(census.streams());
      }
    } finally {
      lock.unlock();
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
    String buffers = "buffers";
    for (Figure state : new Figure[] {Figure.FREE, Figure.FILLING, Figure.IN_FLIGHT}) {
      Tags states = tags.and("state", Meters.inWords(state));
      meters.gauge("dmabuf.stream.depth", states, buffers, of(tags, state));
    }
    meters.gauge("dmabuf.stream.limit", tags, buffers, of(tags, Figure.LIMIT));
    meters.gauge("dmabuf.stream.size", tags, BaseUnits.BYTES, of(tags, Figure.SIZE));
    meters.gauge("dmabuf.stream.waiting", tags, "acquires", of(tags, Figure.WAITING));
    meters.gauge("dmabuf.stream.held.back", tags, "streams", of(tags, Figure.HELD_BACK));
    meters.counted("dmabuf.stream.starved", tags, "acquires", of(tags, Figure.STARVED));
    meters.counted("dmabuf.stream.frames", tags, "frames", of(tags, Figure.SUBMITTED));
    meters.counted("dmabuf.stream.failed", tags, "frames", of(tags, Figure.FAILED));
    meters.counted("dmabuf.stream.scrubbed", tags, buffers, of(tags, Figure.SCRUBBED));
    for (Figure result : new Figure[] {Figure.GROWN, Figure.SHRUNK, Figure.REFUSED}) {
      Tags results = tags.and("result", Meters.inWords(result));
      meters.counted("dmabuf.stream.resizes", results, buffers, of(tags, result));
    }
  }

  private static void registerDevice(Registration meters, Tags tags) {
    meters.gauge("dmabuf.stream.held", tags, "buffers", of(tags, Figure.HELD));
    meters.gauge("dmabuf.stream.held.declared", tags, "buffers", of(tags, Figure.HELD_DECLARED));
    meters.gauge("dmabuf.stream.queued", tags, "frames", of(tags, Figure.QUEUED));
    meters.counted("dmabuf.stream.dropped", tags, "frames", of(tags, Figure.DROPPED));
    meters.counted("dmabuf.stream.overheld", tags, "frames", of(tags, Figure.OVERHELD));
    meters.timedInNanos(
        "dmabuf.stream.hold", tags, of(tags, Figure.RELEASED), of(tags, Figure.HOLD_NANOS));
    meters.nanos("dmabuf.stream.hold.longest", tags, of(tags, Figure.HOLD_LONGEST_NANOS));
    meters.nanos("dmabuf.stream.hold.declared", tags, of(tags, Figure.HOLD_DECLARED_NANOS));
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
