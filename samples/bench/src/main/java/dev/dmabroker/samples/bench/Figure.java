package dev.dmabroker.samples.bench;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One measured number.
 *
 * @param what what was measured
 * @param unit what it counts
 * @param value the number
 * @param spread half of what lies between the lowest and the highest round, over the number; empty
 *     after a single round
 * @param garbage bytes left for the collector, an operation; empty if that was not measured
 */
record Figure(String what, Unit unit, double value, OptionalDouble spread, OptionalDouble garbage) {

  /** The median of several rounds. */
  static Figure of(String what, Unit unit, List<Double> rounds) {
    return of(what, unit, Samples.median(rounds), rounds);
  }

  /** A number found from all rounds together, whose spread is that of the rounds. */
  static Figure of(String what, Unit unit, double value, List<Double> rounds) {
    return new Figure(what, unit, value, spread(value, rounds), OptionalDouble.empty());
  }

  /** This with its garbage, in whole bytes: what is less is the measurement's own. */
  Figure withGarbage(double bytes) {
    return new Figure(what, unit, value, spread, OptionalDouble.of(Math.rint(bytes)));
  }

  /** The garbage as a number of its own. */
  Figure garbageFigure() {
    return new Figure(
        "garbage of " + what,
        Unit.BYTES,
        garbage.orElse(Double.NaN),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  /** The number for each of {@code parts}. */
  Figure each(String name, double parts) {
    return new Figure(name, unit, value / parts, spread, OptionalDouble.empty());
  }

  private static OptionalDouble spread(double value, List<Double> rounds) {
    double lowest = rounds.stream().mapToDouble(Double::doubleValue).min().orElse(value);
    double highest = rounds.stream().mapToDouble(Double::doubleValue).max().orElse(value);
    return rounds.size() < 2 || value == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((highest - lowest) / 2 / value);
  }
}
