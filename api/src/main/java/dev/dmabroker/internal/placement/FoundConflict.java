package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Conflict;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.PixelFormat;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds a conflict that was found, and writes its text for errors and plans. */
record FoundConflict(
    List<Conflict.Clause> clauses,
    boolean irreducible,
    boolean smallest,
    List<Conflict.Relaxation> relaxations)
    implements Conflict, Serializable {
  /** The most clauses that the text names while it is not known which of them matter. */
  private static final int MOST_NAMED = 8;

  private static final Set<String> COUNTS =
      Arrays.stream(ConstraintField.values())
          .filter(ConstraintField::isCount)
          .map(ConstraintField::label)
          .collect(Collectors.toUnmodifiableSet());

  /** The conflict of heaps that could not serve any device. */
  static final FoundConflict OF_NO_DEVICE =
      new FoundConflict(List.of(), /* irreducible= */ true, /* smallest= */ true, List.of());

  /** Names one field of one device, with its value. */
  record Clause(String device, String field, String value)
      implements Conflict.Clause, Serializable {
    @Override
    public String toString() {
      return device + "'s " + field + (value.equals("true") ? "" : "=" + value);
    }
  }

  /**
   * Names changes after which a heap could serve all devices.
   *
   * @param only the format that they are for; null if they do not depend on it
   */
  record Relaxation(List<Conflict.Change> changes, String heap, @Nullable PixelFormat only)
      implements Conflict.Relaxation, Serializable {
    Relaxation {
      changes = ImmutableList.copyOf(changes);
    }

    @Override
    public Optional<PixelFormat> format() {
      return Optional.ofNullable(only);
    }

    @Override
    public String toString() {
      return changes.stream().map(Conflict.Change::toString).collect(Collectors.joining(" and "))
          + " (in "
          + heap
          + format().map(each -> " as " + each).orElse("")
          + ")";
    }
  }

  /** Names one field, with the value that would help. */
  record Change(Conflict.Clause clause, String instead) implements Conflict.Change, Serializable {
    @Override
    public String toString() {
      return clause + " were " + instead;
    }
  }

  FoundConflict {
    clauses = ImmutableList.copyOf(clauses);
    relaxations = ImmutableList.copyOf(relaxations);
  }

  /** Tells whether all clauses count buffers. */
  boolean isOfCounts() {
    return !clauses.isEmpty()
        && clauses.stream().allMatch(clause -> COUNTS.contains(clause.field()));
  }

  @Override
  public String cause() {
    if (clauses.isEmpty()) {
      return "no heap could serve any device";
    }
    if (irreducible) {
      return named(clauses) + (clauses.size() == 1 ? " cannot be met" : " cannot be met together");
    }
    int named = Math.min(MOST_NAMED, clauses.size());
    return named(clauses.subList(0, named))
        + (clauses.size() > named ? " and " + (clauses.size() - named) + " more demands" : "")
        + " cannot be met together; which of them conflict takes too long to find out";
  }

  private static String named(List<Conflict.Clause> clauses) {
    return clauses.stream().map(Conflict.Clause::toString).collect(Collectors.joining(" and "));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(cause());
    if (!relaxations.isEmpty()) {
      text.append("; it would fit if ")
          .append(
              relaxations.stream()
                  .map(Conflict.Relaxation::toString)
                  .collect(Collectors.joining(", or if ")));
    }
    return text.toString();
  }
}
