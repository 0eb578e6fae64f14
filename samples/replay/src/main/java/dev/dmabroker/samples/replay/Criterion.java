package dev.dmabroker.samples.replay;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What may be least in the policy that a search finds best. */
enum Criterion {
  DROPPED(Score::dropped),
  MISSED(Score::missed),
  REFUSALS(Score::refusals),
  STALL(Score::stallMicros),
  SCARCE(Score::scarceBytes),
  MOVES(Score::moves),
  COPIED(Score::copiedBytes);

  private final ToLongFunction<Score> figure;

  Criterion(ToLongFunction<Score> figure) {
    this.figure = figure;
  }

  /** Orders by the first criterion, by the next where that is equal, and in the end by name. */
  static Comparator<Score> order(List<Criterion> criteria) {
    Comparator<Score> order = (one, other) -> 0;
    for (Criterion each : criteria) {
      order = order.thenComparingLong(each.figure);
    }
    return order.thenComparing(Score::policy);
  }

  /** For a person to read. */
  static String text(List<Criterion> criteria) {
    return criteria.stream()
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
