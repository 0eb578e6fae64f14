package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How the time of each operation grows with the number of things that a broker has. */
final class ScaleSuite implements Suite {
  private static final List<Integer> SIZES = List.of(1_000, 10_000, 100_000);

  /** A lap of a client has more in it than one of the engine. */
  private static final int LAPS_OF_A_CLIENT_LAP = 10;

  /** Of one operation, by the number of things; a time for each round. */
  private final Map<ScaledOperation, Map<Integer, List<Double>>> nanos =
      new EnumMap<>(ScaledOperation.class);

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public void measure(Form form, Table table) {
    for (int round = 1; round <= form.rounds(); round++) {
      for (int things : SIZES) {
        progress(form, round, String.format(Locale.ROOT, "%,d things", things));
        ask("engine", things, form.laps());
        ask("service", things, Math.max(1, form.laps() / LAPS_OF_A_CLIENT_LAP));
      }
    }
    int most = SIZES.get(SIZES.size() - 1);
    table.section(
        String.format(
            Locale.ROOT,
            "scale: with %,d buffers, %,d devices of %,d groups",
            most,
            most / Crowd.BUFFERS_OF_A_DEVICE,
            most / Crowd.BUFFERS_OF_A_GROUP));
    print(/* remote= */ false, table);
    table.section(
        String.format(
            Locale.ROOT,
            "scale: the same, and a service with %,d clients",
            most / Crowd.BUFFERS_OF_A_GROUP));
    print(/* remote= */ true, table);
  }

  private void ask(String part, int things, int laps) {
    try (Worker worker = Worker.java(ScaleWorker.class, "-Xmx3g")) {
      for (String each : worker.ask(part, things, laps).split(" ", -1)) {
        String[] pair = each.split("=", 2);
        nanos
            .computeIfAbsent(ScaledOperation.valueOf(pair[0]), key -> new TreeMap<>())
            .computeIfAbsent(things, key -> new ArrayList<>())
            .add(Double.parseDouble(pair[1]));
      }
    }
  }

  private void print(boolean remote, Table table) {
    nanos.forEach(
        (operation, bySize) -> {
          if (operation.isRemote() == remote) {
            table.add(growth(operation, bySize), operation.bar());
          }
        });
  }

  private static Growth growth(ScaledOperation operation, Map<Integer, List<Double>> bySize) {
    List<Figure> figures = new ArrayList<>();
    bySize.values().forEach(rounds -> figures.add(Figure.of(operation.what(), Unit.NANOS, rounds)));
    return new Growth(List.copyOf(bySize.keySet()), figures);
  }
}
