package dev.dmabroker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Registers one broker's meters, which all carry common further tags, and takes them out again.
 * Gauges refer weakly to the object that they read. Not thread-safe.
 */
final class Registration {
  /**
   * The limits of the buckets: around one frame at 60 and at 30 a second, and times that are too
   * short or too long to be seen.
   */
  private static final Duration[] AROUND_A_FRAME = {
    Duration.ofMillis(1),
    Duration.ofMillis(4),
    Duration.ofMillis(8),
    Duration.ofNanos(16_700_000),
    Duration.ofNanos(33_300_000),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500)
  };

  private static final System.Logger LOG = System.getLogger("dev.dmabroker.metrics");

  private final MeterRegistry registry;
  private final Tags tags;
  private final RecentCensus census;
  private final List<Meter> registered = new ArrayList<>();

  Registration(MeterRegistry registry, Tags tags, RecentCensus census) {
    this.registry = registry;
    this.tags = tags;
    this.census = census;
  }

  void gauge(MeterName name, Tags own, ToDoubleFunction<Census> value) {
    registered.add(
        Gauge.builder(name.text(), census, recent -> read(recent, value))
            .description(name.help())
            .tags(tags.and(own))
            .baseUnit(name.unit())
            .register(registry));
  }

  /** Registers a time that the census has in nanoseconds. */
  void nanos(MeterName name, Tags own, ToDoubleFunction<Census> value) {
    registered.add(
        TimeGauge.builder(name.text(), census, TimeUnit.NANOSECONDS, recent -> read(recent, value))
            .description(name.help())
            .tags(tags.and(own))
            .register(registry));
  }

  /** Registers a count that the census has; the count must not go down. */
  void counted(MeterName name, Tags own, ToDoubleFunction<Census> value) {
    registered.add(
        FunctionCounter.builder(name.text(), census, recent -> read(recent, value))
            .description(name.help())
            .tags(tags.and(own))
            .baseUnit(name.unit())
            .register(registry));
  }

  /**
   * Registers a count of the census together with the time that the counted steps took; neither
   * must go down.
   */
  void timedInNanos(
      MeterName name, Tags own, ToDoubleFunction<Census> count, ToDoubleFunction<Census> nanos) {
    registered.add(
        FunctionTimer.builder(
                name.text(),
                census,
                recent -> (long) read(recent, count),
                recent -> read(recent, nanos),
                TimeUnit.NANOSECONDS)
            .description(name.help())
            .tags(tags.and(own))
            .register(registry));
  }

  Counter counter(MeterName name, Tags own) {
    Counter counter =
        Counter.builder(name.text())
            .description(name.help())
            .tags(tags.and(own))
            .baseUnit(name.unit())
            .register(registry);
    registered.add(counter);
    return counter;
  }

  Timer timer(MeterName name, Tags own) {
    Timer timer =
        Timer.builder(name.text()).description(name.help()).tags(tags.and(own)).register(registry);
    registered.add(timer);
    return timer;
  }

  /** Registers a timer of waits of a pipeline, with buckets around one frame. */
  Timer stallTimer(MeterName name, Tags own) {
    Timer timer =
        Timer.builder(name.text())
            .description(name.help())
            .tags(tags.and(own))
            .serviceLevelObjectives(AROUND_A_FRAME)
            .register(registry);
    registered.add(timer);
    return timer;
  }

  /**
   * Reads one value; NaN if it cannot be had. A registry reads all meters of a program for one
   * scrape, so a meter must not throw.
   */
  private static double read(RecentCensus recent, ToDoubleFunction<Census> value) {
    try {
      return value.applyAsDouble(recent.get());
    } catch (Throwable t) {
      LOG.log(Level.DEBUG, "a value of the broker cannot be had", t);
      return Double.NaN;
    }
  }

  /** Takes out what was registered, also if the registry's listeners throw. */
  void removeAll() {
    for (Meter meter : registered) {
      try {
        Meter unused = registry.remove(meter);
      } catch (Throwable t) {
        LOG.log(Level.WARNING, "the registry threw while " + meter.getId() + " was taken out", t);
      }
    }
    registered.clear();
  }
}
