package dev.dmabroker.metrics;

import dev.dmabroker.Broker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a broker: how full its heaps are, what its buffers and streams do, what moves and
 * waits cost. {@code docs/metrics.md} lists their names, units and tags; no tag's values grow with
 * the number of buffers. Streams, and devices at streams, have meters for as long as they exist.
 *
 * <p>Counters and timers follow the broker's events, so mapping a settled buffer costs no more with
 * them than without. Gauges read a snapshot that is taken at most once a second for each registry,
 * however many of them are read.
 *
 * <p>If two brokers share a registry, give each a tag that tells them apart: Micrometer gives both
 * brokers one meter if name and tags are equal.
 *
 * <p>Thread-safe.
 */
public final class DmaBufMetrics implements MeterBinder, AutoCloseable {
  private final Broker broker;
  private final Tags tags;

  /** Guarded by this. */
  private final List<Meters> bound = new ArrayList<>();

  /** Guarded by this. */
  private boolean closed;

  /** Makes meters of {@code broker} without further tags. Nothing is registered yet. */
  public DmaBufMetrics(Broker broker) {
    this(broker, Tags.empty());
  }

  /** Makes meters of {@code broker} that all carry {@code tags}. Nothing is registered yet. */
  public DmaBufMetrics(Broker broker, Iterable<Tag> tags) {
    this.broker = Objects.requireNonNull(broker, "broker");
    this.tags = Tags.of(tags);
  }

  /**
   * Registers the meters and follows the broker from now on, until this object or the broker is
   * closed. May be called for several registries.
   *
   * @throws IllegalStateException if this object is closed
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (closed) {
      throw new IllegalStateException("these metrics are closed; make new ones to bind again");
    }
    bound.add(new Meters(broker, registry, tags));
  }

  /**
   * Stops following the broker and takes the meters out of their registries. Does not close the
   * broker. A second call does nothing.
   */
  @Override
  public synchronized void close() {
    closed = true;
    bound.forEach(Meters::close);
    bound.clear();
  }
}
