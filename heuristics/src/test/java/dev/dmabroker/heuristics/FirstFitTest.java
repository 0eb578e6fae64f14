package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.contiguous;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstFitTest {
  private final FirstFit firstFit = new FirstFit();

  private final Request request =
      request(
          "system",
          heap("slow", Requests.of(MemorySpeed.SLOW)),
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
            "slow 1.0 number 1 in the broker's order",
            "cma 2.0 number 2 in the broker's order",
            "system 3.0 number 3 in the broker's order"),
        Requests.answer(firstFit, request));
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    List<String> first = Requests.answer(firstFit, request);
    assertEquals(List.of(), firstFit.rank(request(List.of(ANY))), "no heaps, no ranks");
    assertEquals(first, Requests.answer(firstFit, request));
    assertEquals(first, Requests.answer(new FirstFit(), request));
  }
}
