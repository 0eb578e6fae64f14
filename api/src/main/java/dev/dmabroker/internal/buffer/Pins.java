package dev.dmabroker.internal.buffer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The pins that keep a buffer where it is. Immutable.
 *
 * @param held in the order in which they were made
 */
record Pins(List<HeldPin> held) {
  static final Pins NONE = new Pins(List.of());

  boolean isEmpty() {
    return held.isEmpty();
  }

  Pins with(HeldPin pin) {
    List<HeldPin> more = new ArrayList<>(held);
    more.add(pin);
    return new Pins(more);
  }

  /** The pins without those that the predicate names; this object if it names none. */
  Pins without(Predicate<HeldPin> which) {
    List<HeldPin> kept = held.stream().filter(which.negate()).toList();
    return kept.size() == held.size() ? this : kept.isEmpty() ? NONE : new Pins(kept);
  }

  /** The names of the devices that pinned the buffer. */
  List<String> devices() {
    return held.stream().map(pin -> pin.attachment().device().name()).distinct().toList();
  }
}
