package dev.dmabroker.samples.replay;

import java.util.ArrayList;
import java.util.List;

/** What a search found, in lines for a person to read and then for programs. */
final class SearchReport {
  /** What a broker does that is told nothing else. */
  static final String DEFAULT = "least-cost";

  private SearchReport() {}

  /** The ranking, what the best costs for each kind of trace, and lines for programs. */
  static List<String> of(Search search, List<Criterion> criteria) {
    List<Score> ranking = search.ranking(criteria);
    Score best = ranking.get(0);
    List<String> lines = new ArrayList<>();
    lines.add("ranked by " + Criterion.text(criteria));
    lines.addAll(table("policy", ranking));
    lines.add("");
    lines.add("best: " + best.policy() + "; what it costs");
    lines.addAll(table("kind", search.byKind(best.policy())));
    lines.add("");
    lines.add("and what " + DEFAULT + " does, which is the broker's default");
    lines.addAll(table("kind", search.byKind(DEFAULT)));
    for (int i = 0; i < ranking.size(); i++) {
      lines.add(line(i + 1, ranking.get(i)));
    }
    return lines;
  }

  /** The best beside the default, in the trace in which the two lose most frames. */
  static String chart(Search search, List<Criterion> criteria) {
    List<Result> best = search.results(search.ranking(criteria).get(0).policy());
    List<Result> usual = search.results(DEFAULT);
    int worst = 0;
    for (int i = 1; i < best.size(); i++) {
      if (lost(best.get(i)) + lost(usual.get(i)) > lost(best.get(worst)) + lost(usual.get(worst))) {
        worst = i;
      }
    }
    return Chart.of(
        search.workloads().get(worst).name(),
        best.get(worst).equals(usual.get(worst))
            ? List.of(usual.get(worst))
            : List.of(best.get(worst), usual.get(worst)));
  }

  private static long lost(Result result) {
    return result.dropped() + result.missed();
  }

  private static List<String> table(String first, List<Score> scores) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row(first, Score.HEADINGS));
    scores.forEach(score -> rows.add(row(score.policy(), score.figures())));
    return Table.aligned(rows);
  }

  private static List<String> row(String first, List<String> others) {
    List<String> row = new ArrayList<>();
    row.add(first);
    row.addAll(others);
    return row;
  }

  private static String line(int rank, Score score) {
    return "found: rank=%d policy=%s dropped=%d missed=%d refusals=%d moves=%d copied=%d"
            .formatted(
                rank,
                score.policy(),
                score.dropped(),
                score.missed(),
                score.refusals(),
                score.moves(),
                score.copiedBytes())
        + " stall_us=%d mean_%s=%d"
            .formatted(score.stallMicros(), Workload.SCARCE, score.scarceBytes());
  }
}
