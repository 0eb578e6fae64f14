package dev.dmabroker.internal.buffer;

import dev.dmabroker.Holder;
import dev.dmabroker.PinnedException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.watch.StateRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the broker tells about a buffer: its state, its holders, and why something is refused. Made
 * for one report, under the buffer's lock.
 *
 * @param life the buffer
 */
record BufferReport(BufferLife life) {

  /** The holders of mappings, also in places that the buffer has left. */
  List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    long now = life.services().time().nanos();
    life.retired.places().forEach(old -> old.addHolders(life.name, now, holders));
    if (life.place != null) {
      life.place.addHolders(life.name, now, holders);
    }
    return holders;
  }

  /** The leases that are not over, also in places that the buffer has left. */
  private List<LeaseState> leases() {
    Stream<Place> here = Optional.ofNullable(life.place).stream();
    return Stream.concat(life.retired.places().stream(), here).flatMap(Place::leases).toList();
  }

  /** What keeps the buffer from being given back, in words. */
  String use() {
    List<Holder> holders = holders();
    return holders.isEmpty()
        ? life.name + " itself, " + life.state()
        : holders.stream().map(by -> life.name + " by " + by).collect(Collectors.joining(", "));
  }

  /** The errors of this buffer in its present state. */
  BufferErrors errors() {
    return new BufferErrors(
        life.name, life.state(), holders(), life.search.waitsFor(), life.lastFailure);
  }

  BrokerSnapshot.BufferState snapshot() {
    Time time = life.services().time();
    Optional<Place> here = Optional.ofNullable(life.place);
    return new StateRecords.BufferState(
        life.id,
        life.name,
        time.instant(life.sinceNanos()),
        life.spec,
        life.state(),
        here.map(place -> place.heap().name()),
        life.generation,
        here.map(Place::sizeBytes).orElse(0L),
        here.map(place -> time.instant(place.sinceNanos())),
        life.attachments.snapshot(),
        holders(),
        leases(),
        life.pins.devices(),
        life.requests.size(),
        life.search.waitsFor(),
        life.retired.places().size(),
        life.moves,
        takings());
  }

  /** How many mappings of this buffer there have been. */
  private long takings() {
    return life.formerTakings
        + (life.place == null ? 0 : life.place.takings())
        + life.retired.places().stream().mapToLong(Place::takings).sum();
  }

  /** The refusal of what an application intends, because the buffer is pinned where it lies. */
  PinnedException pinned(String intent) {
    String heap = life.resident().heap().name();
    List<String> devices = life.pins.devices();
    if (life.stays) {
      return Exceptions.pinned(
          "cannot "
              + intent
              + ": "
              + life.name
              + " was adopted in "
              + heap
              + ", which it does not leave; let devices that need other memory use a shadow of it"
              + " (Broker.shadow)",
          devices);
    }
    return Exceptions.pinned(
        "cannot "
            + intent
            + ": "
            + life.name
            + " is pinned in "
            + heap
            + " by "
            + devices
            + "; close the pin first, or attach the device before it is pinned",
        devices);
  }
}
