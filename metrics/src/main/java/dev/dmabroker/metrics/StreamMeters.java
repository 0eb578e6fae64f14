package dev.dmabroker.metrics;

import dev.dmabroker.metrics.StreamCensus.Figure;
import io.micrometer.core.instrument.Tags;
import java.util.function.ToDoubleFunction;

/** The meters of a stream, or of a device at a stream. */
final class StreamMeters {
  private StreamMeters() {}

  /** Registers the meters of what has these tags. */
  static Registration register(Registration meters, Tags tags) {
    if (tags.stream().anyMatch(tag -> tag.getKey().equals("device"))) {
      registerDevice(meters, tags);
    } else {
      registerStream(meters, tags);
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
    meters.counted(MeterName.STREAM_LEFT_OUT, tags, of(tags, Figure.LEFT_OUT));
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
}
