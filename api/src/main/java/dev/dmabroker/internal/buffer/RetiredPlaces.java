package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.gate.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The places that a buffer has left while readers held them, and that readers still hold.
 * Immutable.
 *
 * @param places the places, the oldest first
 */
record RetiredPlaces(List<Place> places) {
  static final RetiredPlaces NONE = new RetiredPlaces(List.of());

  boolean isEmpty() {
    return places.isEmpty();
  }

  RetiredPlaces with(Place place) {
    List<Place> more = new ArrayList<>(places);
    more.add(place);
    return new RetiredPlaces(more);
  }

  /** Hands out the places that their last reader has left, and keeps the others. */
  RetiredPlaces release(Consumer<Place> idle) {
    if (isEmpty()) {
      return this;
    }
    List<Place> held = new ArrayList<>();
    for (Place place : places) {
      if (place.isIdle()) {
        idle.accept(place);
      } else {
        held.add(place);
      }
    }
    return held.isEmpty() ? NONE : new RetiredPlaces(held);
  }
}
