package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.limited;
import static dev.dmabroker.heuristics.Requests.order;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StickyTest {
  private static final HeapLoad[] HEAPS = {
    heap("a", scattered()), heap("b", scattered()), heap("c", scattered())
  };
  private static final Fixed COSTS = Fixed.costs("a", 2, "b", 3, "c", 4);

  private static List<String> orderFrom(String currentHeap, double factor) {
    return order(new Sticky(COSTS, factor), request(currentHeap, HEAPS));
  }

  @Test
  void thePresentPlaceGoesFirstUpToTheFactor() {
    assertEquals(List.of("c", "a", "b"), orderFrom("c", 2));
    assertEquals(List.of("b", "a", "c"), orderFrom("b", 1.5));
  }

  @Test
  void beyondTheFactorTheInnerOrderStands() {
    assertEquals(List.of("a", "b", "c"), orderFrom("c", 1.999));
    assertEquals(List.of("a", "b", "c"), orderFrom("b", 1));
  }

  @Test
  void theBestPlaceNeedsNoFactor() {
    assertEquals(List.of("a", "b", "c"), orderFrom("a", 1));
    assertEquals(
        "fixed", Requests.reason(new Sticky(COSTS, 1), request("a", HEAPS), "a"), "not changed");
  }

  @Test
  void aFactorOfOneBreaksTies() {
    Fixed equal = Fixed.costs("a", 2, "b", 2);
    assertEquals(List.of("b", "a"), order(new Sticky(equal, 1), request("b", HEAPS)));
    Fixed free = Fixed.costs("a", 0, "b", 0);
    assertEquals(List.of("b", "a"), order(new Sticky(free, 1), request("b", HEAPS)));
  }

  @Test
  void whoLiesNowhereOrInAHeapThatDoesNotSuitIsRankedAsBefore() {
    assertEquals(
        COSTS.rank(request(List.of(ANY), HEAPS)),
        new Sticky(COSTS, 9).rank(request(List.of(ANY), HEAPS)));
    assertEquals(List.of("a", "b", "c"), orderFrom("elsewhere", 9));
    assertEquals(List.of(), order(new Sticky(COSTS, 9), request("a")), "no heaps, no ranks");
  }

  @Test
  void costsStillRiseAndTheReasonSaysWhy() {
    assertEquals(
        List.of(
            "c 2.0 fixed; stays, as 4.00 is within 2.50 times the best, 2.00",
            "a 2.0 fixed",
            "b 3.0 fixed"),
        Requests.answer(new Sticky(COSTS, 2.5), request("c", HEAPS)));
  }

  @Test
  void twoHeapsThatFillInTurnsDoNotPassABufferToAndFro() {
    Sticky sticky = new Sticky(new LeastCost(), 1.5);
    for (long used : new long[] {4, 12}) {
      HeapLoad one = heap("one", limited(16), used * Requests.SIZE);
      HeapLoad other = heap("other", limited(16), (16 - used) * Requests.SIZE);
      assertEquals("one", order(sticky, request("one", one, other)).get(0));
      assertEquals("other", order(sticky, request("other", one, other)).get(0));
    }
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    Sticky sticky = new Sticky(new LeastCost(), 3);
    Request request = request("b", HEAPS);
    assertEquals(Requests.answer(sticky, request), Requests.answer(sticky, request));
  }

  @Test
  void evictionIsTheInnerOnes() {
    assertEquals(Fixed.EVICTION, new Sticky(COSTS, 1).evict(new Crowded(HEAPS[0], 1, List.of())));
    assertEquals("sticky(fixed)", new Sticky(COSTS, 1).name());
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, 0.999, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void factorsBelowOneAreRefused(double factor) {
    var thrown = assertThrows(IllegalArgumentException.class, () -> new Sticky(COSTS, factor));
    assertTrue(String.valueOf(thrown.getMessage()).endsWith("is " + factor), thrown::toString);
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> new Sticky(null, 1));
  }
}
