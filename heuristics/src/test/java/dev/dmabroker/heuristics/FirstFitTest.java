package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.contiguous;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.Speed;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstFitTest {
  private final FirstFit firstFit = new FirstFit();

  private final Request request =
      request(
          "system",
          heap("slow", Requests.of(Speed.SLOW)),
          heap("cma", contiguous()),
          heap("system", scattered()));

  @Test
  void keepsTheBrokersOrderWhateverTheHeapsAreLike() {
    assertEquals(List.of("slow", "cma", "system"), Requests.order(firstFit, request));
  }

  @Test
  void countsPositionsAsCosts() {
    assertEquals(
        List.of(
            new Ranked("slow", 1, "number 1 in the broker's order"),
            new Ranked("cma", 2, "number 2 in the broker's order"),
            new Ranked("system", 3, "number 3 in the broker's order")),
        firstFit.rank(request));
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    List<Ranked> first = firstFit.rank(request);
    assertEquals(List.of(), firstFit.rank(request(List.of(ANY))), "no heaps, no ranks");
    assertEquals(first, firstFit.rank(request));
    assertEquals(first, new FirstFit().rank(request));
  }
}
