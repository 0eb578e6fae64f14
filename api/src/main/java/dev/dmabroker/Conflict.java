package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why nothing fits, and what would help.
 *
 * @param clauses what is asked that cannot be had together: without any of these, what is left of
 *     them could be had. Empty if the heaps alone are the reason, as when none is large enough
 * @param smallest whether no smaller set conflicts either; false if there were too many to look at
 * @param relaxations the smallest changes of which each by itself would make it fit, at most five;
 *     empty if none was found that is small enough to tell
 */
public record Conflict(List<Clause> clauses, boolean smallest, List<Relaxation> relaxations) {

  /**
   * A field that a device asks for.
   *
   * @param device the device's name
   * @param field the field's label; {@code alternatives} of a device that gives several
   * @param value what is asked
   */
  public record Clause(String device, String field, String value) {
    @Override
    public String toString() {
      return device + "'s " + field + (value.equals("true") ? "" : "=" + value);
    }
  }

  /**
   * Changes that together would make it fit.
   *
   * @param changes what would have to change
   * @param heap where the buffer would lie then
   */
  public record Relaxation(List<Change> changes, String heap) {
    /** Copies the list. */
    public Relaxation {
      changes = ImmutableList.copyOf(changes);
    }

    @Override
    public String toString() {
      return changes.stream().map(Change::toString).collect(Collectors.joining(" and "))
          + " (in "
          + heap
          + ")";
    }
  }

  /**
   * A change to one field.
   *
   * @param clause what is asked
   * @param instead what would fit; {@code not asked} if only that does
   */
  public record Change(Clause clause, String instead) {
    @Override
    public String toString() {
      return clause + " were " + instead;
    }
  }

  /** Copies the lists. */
  public Conflict {
    clauses = ImmutableList.copyOf(clauses);
    relaxations = ImmutableList.copyOf(relaxations);
  }

  /** What cannot be had, for a person to read. */
  public String cause() {
    if (clauses.isEmpty()) {
      return "no heap could serve any device";
    }
    return clauses.stream().map(Clause::toString).collect(Collectors.joining(" and "))
        + (clauses.size() == 1 ? " cannot be met" : " cannot be met together");
  }

  /** What cannot be had, and what would help, on one line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(cause());
    if (!relaxations.isEmpty()) {
      text.append("; it would fit if ")
          .append(
              relaxations.stream()
                  .map(Relaxation::toString)
                  .collect(Collectors.joining(", or if ")));
    }
    return text.toString();
  }
}
