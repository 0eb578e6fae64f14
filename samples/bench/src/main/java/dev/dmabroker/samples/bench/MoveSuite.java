package dev.dmabroker.samples.bench;

import dev.dmabroker.samples.bench.MoveWorker.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Stalls of moves, beside what they cannot do without, turn by turn. */
final class MoveSuite implements Suite {
  /** How many of a kind are made before it is the next one's turn. */
  private static final int SLICE = 20;

  private static final int WARM_UP_SLICES = 4;

  private static final double[] PERCENTILES = {0.5, 0.99, 0.999};

  /** A picture, and whether the design promises something of it. */
  private record Picture(String name, int width, int height, boolean promised) {}

  private static final List<Picture> PICTURES =
      List.of(
          new Picture("1080p NV12", 1920, 1080, /* promised= */ false),
          new Picture("4K NV12", 3840, 2160, /* promised= */ true));

  @Override
  public String name() {
    return "move";
  }

  @Override
  public void measure(Form form, Table table) {
    for (Picture picture : PICTURES) {
      Map<Kind, List<long[]>> rounds = new EnumMap<>(Kind.class);
      for (int round = 1; round <= form.rounds(); round++) {
        progress(form, round, picture.name());
        round(form, picture).forEach((kind, times) -> add(rounds, kind, times));
      }
      print(form, picture, rounds, table);
    }
  }

  private static void add(Map<Kind, List<long[]>> to, Kind kind, long[] times) {
    to.computeIfAbsent(kind, key -> new ArrayList<>()).add(times);
  }

  /** All times of a JVM of its own. */
  private static Map<Kind, long[]> round(Form form, Picture picture) {
    Map<Kind, List<long[]>> slices = new EnumMap<>(Kind.class);
    List<String> command =
        JavaProcess.command(
            MoveWorker.class.getName(),
            List.of(),
            Integer.toString(picture.width()),
            Integer.toString(picture.height()));
    try (Worker worker = new Worker(command)) {
      for (int slice = -WARM_UP_SLICES; slice < form.moves() / SLICE; slice++) {
        for (Kind kind : Kind.values()) {
          long[] times = worker.numbers(kind, SLICE);
          if (slice >= 0) {
            add(slices, kind, times);
          }
        }
      }
    }
    Map<Kind, long[]> all = new EnumMap<>(Kind.class);
    slices.forEach((kind, times) -> all.put(kind, Samples.pooled(times)));
    return all;
  }

  private static void print(
      Form form, Picture picture, Map<Kind, List<long[]>> rounds, Table table) {
    table.section(
        String.format(
            Locale.ROOT,
            "move: stalls of %,d moves of a %s buffer",
            form.rounds() * form.moves() / SLICE * SLICE,
            picture.name()));
    for (double share : PERCENTILES) {
      Map<Kind, Figure> at = new EnumMap<>(Kind.class);
      rounds.forEach((kind, times) -> at.put(kind, figure(kind, share, times)));
      Figure copy = at(at, Kind.COPY);
      boolean judged = picture.promised() && share == 0.99;
      table.add(copy);
      table.add(at(at, Kind.COPY_INTO_NEW), copy);
      if (judged) {
        table.add(at(at, Kind.KEPT), copy, Bar.MOVE_KEPT);
        table.add(at(at, Kind.DEAD), Bar.MOVE_DEAD);
      } else {
        table.add(at(at, Kind.KEPT), copy);
        table.add(at(at, Kind.DEAD));
      }
      table.add(at(at, Kind.SHARED), copy);
      table.add(at(at, Kind.READER));
    }
  }

  private static Figure at(Map<Kind, Figure> figures, Kind kind) {
    Figure figure = figures.get(kind);
    if (figure == null) {
      throw new MeasuringException("there are no times of " + kind);
    }
    return figure;
  }

  private static Figure figure(Kind kind, double share, List<long[]> rounds) {
    String what =
        switch (kind) {
          case COPY -> "one copy into populated pages";
          case COPY_INTO_NEW -> "one copy into pages populated just now";
          case KEPT -> "contents kept";
          case DEAD -> "contents dead, beyond the drain";
          case SHARED -> "contents kept, a reader holds 2 ms each";
          case READER -> "a map of that reader";
        };
    return Figure.of(
        String.format(Locale.ROOT, "%s, p%s", what, percent(share)),
        Unit.NANOS,
        Samples.percentile(Samples.pooled(rounds), share),
        rounds.stream().map(round -> Samples.percentile(round, share)).toList());
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, share > 0.99 ? "%.1f" : "%.0f", 100 * share);
  }
}
