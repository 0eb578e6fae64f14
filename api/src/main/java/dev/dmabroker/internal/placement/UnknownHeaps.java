package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.runtime.Nearest;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds names in constraints that no heap of the broker has. That is no error, as machines differ
 * in their heaps, but it may be a typo, and then the device asks what was not meant.
 */
final class UnknownHeaps {
  private UnknownHeaps() {}

  /** Returns a sentence for each unknown name, for a person to read. */
  static List<String> of(HeapTable table, Participant device) {
    return device.alternatives().stream()
        .flatMap(each -> of(table, device.name(), each.constraints()))
        .distinct()
        .toList();
  }

  private static Stream<String> of(HeapTable table, String device, Constraints constraints) {
    return Stream.concat(
        Stream.concat(
            of(
                table,
                device,
                ConstraintField.PERMITTED_HEAPS,
                constraints.permittedHeaps().orElse(Set.of())),
            of(table, device, ConstraintField.FORBIDDEN_HEAPS, constraints.forbiddenHeaps())),
        constraints.preferences().stream().flatMap(each -> of(table, device, each.wishes())));
  }

  private static Stream<String> of(
      HeapTable table, String device, ConstraintField field, Collection<String> names) {
    return names.stream()
        .filter(name -> !table.names().contains(name))
        .map(
            name ->
                device
                    + "'s "
                    + field
                    + " has "
                    + name
                    + ", and no heap of the broker is called so; "
                    + Nearest.to(name, table.names())
                        .map(nearest -> "did you mean " + nearest + "?")
                        .orElse("its heaps are " + table.names()));
  }
}
