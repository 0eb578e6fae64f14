package dev.dmabroker.spec;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The values of fields as a builder collects them. Each field may be set once, whether or not the
 * constraints that the builder was made from have a value for it. Not thread-safe.
 */
final class FieldValues {
  private final EnumMap<ConstraintField, Object> values = new EnumMap<>(ConstraintField.class);
  private final Set<ConstraintField> set = EnumSet.noneOf(ConstraintField.class);

  FieldValues(Map<ConstraintField, Object> template) {
    values.putAll(template);
  }

  void set(ConstraintField field, Object value) {
    if (!set.add(field)) {
      Object before = values.get(field);
      throw new IllegalStateException(
          field + " is set already" + (before == null ? "" : ", to " + before));
    }
    values.put(field, value);
  }

  /**
   * Sets a field. A value that asks for nothing is not kept, so that equal constraints are equal.
   */
  <T> void set(ConstraintField field, T value, T nothing) {
    set(field, value);
    if (value.equals(nothing)) {
      values.remove(field);
    }
  }

  /** The fields that ask for something, with their values. */
  Map<ConstraintField, Object> asking() {
    return values;
  }
}
