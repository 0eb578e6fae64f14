package dev.dmabroker.samples.replay;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What may be least in the policy that a search finds best. */
enum Criterion {
  DROPPED,
  MISSED,
  REFUSALS,
  STALL,
  SCARCE,
  MOVES,
  COPIED;

  private long of(Score score) {
    return switch (this) {
      case DROPPED -> score.dropped();
      case MISSED -> score.missed();
      case REFUSALS -> score.refusals();
      case STALL -> score.stallMicros();
      case SCARCE -> score.scarceBytes();
      case MOVES -> score.moves();
      case COPIED -> score.copiedBytes();
    };
  }

  /** Orders by the first criterion, by the next where that is equal, and in the end by name. */
  static Comparator<Score> order(List<Criterion> criteria) {
    Comparator<Score> byName = Comparator.comparing(Score::policy);
    return criteria.stream()
        .map(each -> Comparator.comparingLong(each::of))
        .reduce(Comparator::thenComparing)
        .map(order -> order.thenComparing(byName))
        .orElse(byName);
  }

  /** For a person to read. */
  static String text(List<Criterion> criteria) {
    return criteria.stream()
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
