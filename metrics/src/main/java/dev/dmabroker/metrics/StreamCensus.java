package dev.dmabroker.metrics;

import dev.dmabroker.event.StreamState;
import dev.dmabroker.event.StreamState.ConsumerState;
import dev.dmabroker.event.StreamState.Holds;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * What streams do and what devices do at them, by the tags of their meters. Streams that share a
 * name are added up, and so are a device's consumers at them. Counts do not go down while a stream
 * with these tags exists, though streams are closed and consumers leave: a device that comes back
 * to a stream goes on counting, if it was registered all the time.
 */
final class StreamCensus {
  static final StreamCensus NONE = new StreamCensus();

  private static final String STREAM = "stream";
  private static final String DEVICE = "device";

  /** The figures of a stream, or of a device at a stream. */
  enum Figure {
    FREE,
    FILLING,
    IN_FLIGHT,
    LIMIT,
    SIZE,
    WAITING,
    HELD_BACK,
    SUBMITTED(true),
    FAILED(true),
    STARVED(true),
    GROWN(true),
    SHRUNK(true),
    REFUSED(true),
    SCRUBBED(true),
    LEFT_OUT(true),

    HELD,
    HELD_DECLARED,
    QUEUED,
    HOLD_LONGEST_NANOS,
    HOLD_DECLARED_NANOS,
    DROPPED(true),
    OVERHELD(true),
    RELEASED(true),
    HOLD_NANOS(true);

    private final boolean counts;

    Figure() {
      this(false);
    }

    Figure(boolean counts) {
      this.counts = counts;
    }
  }

  /** The figures of one stream or device: those seen last, and those that its meters show. */
  private record Owner(Map<Figure, Double> seen, Map<Figure, Double> shown) {
    Owner() {
      this(new EnumMap<>(Figure.class), new EnumMap<>(Figure.class));
    }

    Owner add(Figure figure, Number value) {
      return merge(figure, value, Double::sum);
    }

    Owner most(Figure figure, Number value) {
      return merge(figure, value, Math::max);
    }

    private Owner merge(Figure figure, Number value, BinaryOperator<Double> how) {
      seen.merge(figure, value.doubleValue(), how);
      return this;
    }

    /** Goes on counting from the figures of the census before. */
    void follow(Owner before) {
      seen.forEach(
          (figure, value) -> {
            if (figure.counts) {
              double more = Math.max(0, value - before.seen.getOrDefault(figure, 0.0));
              shown.put(figure, before.value(figure) + more);
            }
          });
    }

    /** What is kept of it when it has left: its counts. */
    Owner leave() {
      Owner left = new Owner();
      for (Figure figure : Figure.values()) {
        if (figure.counts) {
          left.shown.put(figure, value(figure));
        }
      }
      return left;
    }

    double value(Figure figure) {
      return shown.getOrDefault(figure, seen.getOrDefault(figure, 0.0));
    }
  }

  private final Map<Tags, Owner> owners = new HashMap<>();

  /** The devices that have left a stream, and may come back. */
  private final Map<Tags, Owner> left = new HashMap<>();

  private StreamCensus() {}

  /**
   * Adds streams up, and goes on counting from the census before.
   *
   * @param devices the names of the registered devices
   */
  static StreamCensus of(List<StreamState> streams, Set<String> devices, StreamCensus before) {
    StreamCensus census = new StreamCensus();
    streams.forEach(census::add);
    before.left.forEach((tags, owner) -> census.follow(tags, owner, devices));
    before.owners.forEach((tags, owner) -> census.follow(tags, owner, devices));
    return census;
  }

  /**
   * Goes on from what an owner had in the census before, or keeps its counts if it may come back.
   */
  private void follow(Tags tags, Owner before, Set<String> devices) {
    Owner now = owners.get(tags);
    if (now != null) {
      now.follow(before);
    } else if (devices.contains(value(tags, DEVICE))
        && owners.containsKey(Tags.of(STREAM, value(tags, STREAM)))) {
      left.put(tags, before.leave());
    }
  }

  /** The value of a tag; empty if there is none with this key. */
  private static String value(Tags tags, String key) {
    return tags.stream()
        .filter(tag -> tag.getKey().equals(key))
        .map(Tag::getValue)
        .findAny()
        .orElse("");
  }

  /** Adds a stream, its producer and its consumers. */
  private void add(StreamState stream) {
    Tags tags = Tags.of(STREAM, stream.name());
    owner(tags)
        .add(Figure.FREE, stream.free())
        .add(Figure.FILLING, stream.filling())
        .add(Figure.IN_FLIGHT, stream.inFlight())
        .add(Figure.LIMIT, stream.maxBuffers())
        .add(Figure.SIZE, stream.sizeBytes())
        .add(Figure.WAITING, stream.waiting())
        .add(Figure.HELD_BACK, stream.heldBack().isPresent() ? 1 : 0)
        .add(Figure.SUBMITTED, stream.submitted())
        .add(Figure.FAILED, stream.failed())
        .add(Figure.STARVED, stream.starved())
        .add(Figure.GROWN, stream.grown())
        .add(Figure.SHRUNK, stream.shrunk())
        .add(Figure.REFUSED, stream.refused())
        .add(Figure.SCRUBBED, stream.scrubbed())
        .add(Figure.LEFT_OUT, stream.leftOut());
    Owner unused = add(tags.and("role", "producer"), stream.producer());
    for (ConsumerState consumer : stream.consumers()) {
      add(tags.and("role", "consumer"), consumer.holds())
          .add(Figure.QUEUED, consumer.queued())
          .add(Figure.DROPPED, consumer.dropped());
    }
  }

  private Owner add(Tags tags, Holds holds) {
    return owner(tags.and(DEVICE, holds.device()))
        .add(Figure.HELD, holds.now())
        .add(Figure.HELD_DECLARED, holds.camping() < 0 ? Double.NaN : holds.camping())
        .most(Figure.HOLD_LONGEST_NANOS, Nanos.of(holds.longest()))
        .most(Figure.HOLD_DECLARED_NANOS, Nanos.of(holds.longestHold()))
        .add(Figure.OVERHELD, holds.overheld())
        .add(Figure.RELEASED, holds.ended())
        .add(Figure.HOLD_NANOS, Nanos.of(holds.total()));
  }

  /** The figures of a stream or device, made if there are none yet. */
  private Owner owner(Tags tags) {
    return owners.computeIfAbsent(tags, it -> new Owner());
  }

  /** The tags of all streams and devices that have figures. */
  Set<Tags> owners() {
    return owners.keySet();
  }

  /** The value of a figure; zero if it is not known. */
  double value(Tags tags, Figure figure) {
    Owner owner = owners.get(tags);
    return owner == null ? 0 : owner.value(figure);
  }
}
