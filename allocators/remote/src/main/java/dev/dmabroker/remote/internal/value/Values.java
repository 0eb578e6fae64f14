package dev.dmabroker.remote.internal.value;

import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.internal.wire.Constraints.Wish;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.Usage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads what devices ask. A field is named by a text, so that a reader which does not
 * know it finds it and refuses the whole, instead of skipping what a device needs.
 */
public final class Values {
  /** Wishes have no wishes of their own. */
  private static final int DEEPEST = 1;

  private static final Map<String, ConstraintField> BY_LABEL =
      Arrays.stream(ConstraintField.values())
          .collect(Collectors.toMap(ConstraintField::label, Function.identity()));

  private Values() {}

  /** A duration in nanoseconds, at most the longest that the engine knows. */
  public static long nanos(Duration duration) {
    return Durations.nanos(duration);
  }

  /** Writes what a device asks. */
  public static dev.dmabroker.remote.internal.wire.Constraints write(Constraints asked) {
    var message = dev.dmabroker.remote.internal.wire.Constraints.newBuilder();
    for (ConstraintField field : ConstraintFields.all()) {
      if (declares(asked, field)) {
        message.addFields(ConstraintFields.write(field, asked));
      }
    }
    asked.images().forEach(rules -> message.addPictures(PictureFields.write(rules)));
    asked.usages().forEach(usage -> message.addUsages(usage.name()));
    asked
        .preferences()
        .forEach(
            wish ->
                message.addWishes(
                    Wish.newBuilder()
                        .setWeight(wish.weight())
                        .setConstraints(write(wish.wishes()))));
    return message.build();
  }

  /** Whether a device says something other than all devices do that say nothing. */
  private static boolean declares(Constraints asked, ConstraintField field) {
    return switch (field) {
      case DEVICE_ACCESS -> asked.cpuOnly();
      case PEER_TO_PEER -> asked.peerToPeer();
      case COHERENCY -> !asked.coherency().equals(Constraints.none().coherency());
      case STRIDE_ALIGNMENT -> asked.strideAlignmentBytes() > 1; // Pictures have one, too.
      default -> asked.fields().contains(field);
    };
  }

  /**
   * Reads what a device asks.
   *
   * @throws BadMessageException if a field or a value is unknown or out of bounds, or if the fields
   *     contradict one another
   */
  public static Constraints read(dev.dmabroker.remote.internal.wire.Constraints message)
      throws BadMessageException {
    try {
      return read(message, 0);
    } catch (IllegalArgumentException
        | IllegalStateException e) { // The latter: a field came twice.
      throw Specs.refused(e);
    }
  }

  private static Constraints read(dev.dmabroker.remote.internal.wire.Constraints message, int depth)
      throws BadMessageException {
    if (depth > DEEPEST) {
      throw new BadMessageException("wishes have no wishes of their own");
    }
    ConstraintsBuilder asked = Constraints.builder();
    for (var each : message.getFieldsList()) {
      ConstraintField field = field(each.getName());
      if (!ConstraintFields.all().contains(field)) {
        throw new BadMessageException(field + " is a field of pictures");
      }
      ConstraintFields.read(field, each, asked);
    }
    for (var rules : message.getPicturesList()) {
      asked.image(PictureFields.read(rules));
    }
    asked.usage(Names.values(Usage.class, message.getUsagesList()).toArray(new Usage[0]));
    for (Wish wish : message.getWishesList()) {
      asked.prefer(wish.getWeight(), read(wish.getConstraints(), depth + 1));
    }
    return asked.build();
  }

  /**
   * The field of a name.
   *
   * @throws BadMessageException if this version does not know it
   */
  static ConstraintField field(String name) throws BadMessageException {
    ConstraintField field = BY_LABEL.get(name);
    if (field == null) {
      throw new BadMessageException(
          "this version does not know the constraint '"
              + Names.cut(name)
              + "', and may not ignore it; leave it out, or use a newer service");
    }
    return field;
  }

  static dev.dmabroker.remote.internal.wire.Constraints.Names names(Collection<String> names) {
    return dev.dmabroker.remote.internal.wire.Constraints.Names.newBuilder()
        .addAllNames(names)
        .build();
  }

  static <T> T known(@Nullable T way, ConstraintField field) {
    if (way == null) {
      throw new AssertionError(field + " does not cross");
    }
    return way;
  }
}
