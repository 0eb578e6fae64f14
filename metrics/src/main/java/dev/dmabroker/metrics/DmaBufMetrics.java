package dev.dmabroker.metrics;

import dev.dmabroker.Broker;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a broker: how full its heaps are, what its buffers and streams do, what moves and
 * waits cost. {@code docs/metrics.md} lists their names, units and tags; no tag's values grow with
 * the number of buffers. Streams, and devices at streams, have meters for as long as they exist.
 *
 * <p>Counters and timers follow the broker's events, so mapping a settled buffer costs no more with
 * them than without. Gauges read a snapshot that is taken at most once a second for each registry,
 * however many of them are read.
 *
 * <p>If two brokers share a registry at one time, give each a tag {@code broker} that tells them
 * apart: Micrometer gives both brokers one meter if name and tags are equal. The rules and the
 * dashboard beside this class know that tag. A broker that closes takes its meters with it, so
 * another may follow it in the registry.
 *
 * <p>Thread-safe.
 */
public final class DmaBufMetrics implements MeterBinder, AutoCloseable {
  private final Broker broker;
  private final Tags tags;

  /** Guarded by this. */
  private final List<Meters> bound = new ArrayList<>();

  /** Hears that the broker is closed; null until the first registry is bound. Guarded by this. */
  private @Nullable Subscription ending;

  /** Guarded by this. */
  private boolean closed;

  /**
   * Makes meters of {@code broker} without further tags. Nothing is registered yet.
   *
   * @param broker the broker to watch
   */
  public DmaBufMetrics(Broker broker) {
    this(broker, Tags.empty());
  }

  /**
   * Makes meters of {@code broker} that all carry {@code tags}. Nothing is registered yet.
   *
   * @param broker the broker to watch
   * @param tags tags that all meters get
   */
  public DmaBufMetrics(Broker broker, Iterable<Tag> tags) {
    this.broker = Objects.requireNonNull(broker, "broker");
    this.tags = Tags.of(tags);
  }

  /**
   * Registers the meters and follows the broker from now on, until this object or the broker is
   * closed. May be called for several registries.
   *
   * @throws IllegalStateException if this object or the broker is closed
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (closed) {
      throw new IllegalStateException(
          "these metrics are closed, or their broker is; make new ones to bind again");
    }
    if (ending == null) {
      ending = broker.listen(new Ending(), Delivery.IN_PLACE);
    }
    if (broker.snapshot().closed()) {
      close();
      throw new IllegalStateException("the broker is closed, so it has no meters");
    }
    bound.add(new Meters(broker, registry, tags));
  }

  /**
   * Closes the metrics when the broker is closed: in place, so that the meters are gone when {@code
   * Broker.close} returns, and the next broker's get their names.
   */
  private final class Ending implements BrokerListener {
    @Override
    public void brokerClosed() {
      close();
    }
  }

  /**
   * Stops following the broker and takes the meters out of their registries. Does not close the
   * broker; when the broker is closed, it closes this. A second call does nothing.
   */
  @Override
  public synchronized void close() {
    closed = true;
    bound.forEach(Meters::close);
    bound.clear();
    if (ending != null) {
      ending.close();
    }
  }
}
