package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTest {
  private static final List<String> POLICIES =
      List.of("least-cost", "return-idle:0.1:0:100", "foresight+pressure:0.9:50", "first-fit");
  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload(Kind.CONTIGUOUS_PRESSURE, 1, 8, 60, 4, 16 << 20),
          new Workload(Kind.CONTIGUOUS_PRESSURE, 2, 8, 60, 4, 16 << 20),
          new Workload(Kind.BURSTS, 1, 8, 60, 4, 16 << 20));

  private static Search search(int threads, List<String> progress) throws InterruptedException {
    Search search = new Search(POLICIES, WORKLOADS, Costs.USUAL);
    search.run(threads, progress::add);
    return search;
  }

  @Test
  void whatIsFoundDoesNotDependOnTheNumberOfThreads() throws Exception {
    List<Criterion> criteria = List.of(Criterion.DROPPED, Criterion.MOVES);
    assertEquals(
        SearchReport.of(search(1, new ArrayList<>()), criteria),
        SearchReport.of(search(4, new ArrayList<>()), criteria));
    assertEquals(
        SearchReport.chart(search(2, new ArrayList<>()), criteria),
        SearchReport.chart(search(3, new ArrayList<>()), criteria));
  }

  @Test
  void theBestHasTheLeastOfWhatCounts() throws Exception {
    List<String> progress = new ArrayList<>();
    Search search = search(2, progress);
    assertEquals("3 of 3 traces: bursts-1", progress.get(2));
    List<Score> byMoves = search.ranking(List.of(Criterion.MOVES));
    List<Score> byDropped = search.ranking(List.of(Criterion.DROPPED));
    assertEquals(POLICIES.size(), byMoves.size());
    for (Score each : byMoves) {
      assertTrue(byMoves.get(0).moves() <= each.moves());
      assertTrue(byDropped.get(0).dropped() <= each.dropped());
    }
    assertTrue(
        byDropped.get(0).dropped() < byMoves.get(0).dropped(), "idle buffers are in the way");
  }

  @Test
  void theScoresOfKindsAddUp() throws Exception {
    Search search = search(2, new ArrayList<>());
    Score all = search.ranking(List.of(Criterion.MOVES)).get(0);
    List<Score> kinds = search.byKind(all.policy());
    assertEquals(
        List.of("contiguous-pressure", "bursts"), kinds.stream().map(Score::policy).toList());
    assertEquals(all.moves(), kinds.stream().mapToLong(Score::moves).sum());
    assertEquals(all.missed(), kinds.stream().mapToLong(Score::missed).sum());
  }

  @Test
  void criteriaCountInTheirOrder() {
    Score few = score("few", 1, 9);
    Score many = score("many", 2, 3);
    Score also = score("also", 1, 9);
    List<Score> scores = new ArrayList<>(List.of(many, few, also));
    scores.sort(Criterion.order(List.of(Criterion.DROPPED, Criterion.MISSED)));
    assertEquals(List.of(also, few, many), scores);
    scores.sort(Criterion.order(List.of(Criterion.MISSED)));
    assertEquals(List.of(many, also, few), scores);
  }

  private static Score score(String policy, long dropped, long missed) {
    return new Score(policy, dropped, missed, 0, 0, 0, 0, 0);
  }

  @Test
  void everyCandidateIsAPolicyOfItsOwn() {
    List<String> names = Candidates.names();
    assertEquals(names.size(), new HashSet<>(names).size());
    names.forEach(name -> assertEquals(name, Choice.named(name).name()));
  }

  @Test
  void partsAreAroundThoseBefore() {
    Choice choice = Choice.named("first-fit+sticky:2+return-idle:0.5:0.2:10");
    assertEquals("sticky(first-fit)", choice.heuristic().name());
    assertTrue(choice.rebalancing().orElseThrow().toString().contains("0.5"), choice.toString());
    assertEquals(1, Choice.named("foresight").listeners().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "sticky:x",
        "sticky:0.5",
        "sticky:2:3",
        "sticky+first-fit",
        "foresight:1",
        "return-idle:0.1:0.2",
        "sticky+",
      })
  void otherNamesAreRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> Choice.named(name));
  }
}
