package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.SIZE;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.info;
import static dev.dmabroker.heuristics.Requests.limited;
import static dev.dmabroker.heuristics.Requests.order;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.Eviction;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PressureTest {
  private static final FirstFit INNER = new FirstFit();

  /** A heap of ten times the size, of which that many are in use. */
  private static HeapLoad used(String name, long sizes) {
    return heap(name, limited(10), sizes * SIZE);
  }

  private static Resident resident(long id, Duration idle) {
    return new Resident(id, "buffer-" + id, SIZE, idle, List.of(ANY));
  }

  private static Crowded crowded(HeapLoad heap, long sizes, Resident... residents) {
    return new Crowded(heap, sizes * SIZE, List.of(residents));
  }

  @Test
  void heapsAboveTheWatermarkComeLastAndBothGroupsKeepTheirOrder() {
    Request request =
        request(
            List.of(ANY),
            used("full", 10),
            used("half", 5),
            used("nearly", 8),
            used("empty", 0),
            heap("unlimited", scattered(), Long.MAX_VALUE));
    assertEquals(
        List.of("half", "empty", "unlimited", "full", "nearly"),
        order(new Pressure(INNER, 0.8, 1), request));
  }

  @Test
  void whatOthersTakeCountsForTheWatermark() {
    HeapLoad alone = new HeapLoad(info("alone", limited(10)), SIZE, 5 * SIZE, 0, 0);
    HeapLoad shared = new HeapLoad(info("shared", limited(10)), SIZE, 5 * SIZE, 3 * SIZE, 0);
    assertEquals(
        List.of("alone", "shared"),
        order(new Pressure(INNER, 0.8, 1), request(List.of(ANY), shared, alone)));
  }

  @Test
  void fillingAHeapToItsWatermarkIsNotAbove() {
    Request request = request(List.of(ANY), used("a", 7), used("b", 0));
    assertEquals(List.of("a", "b"), order(new Pressure(INNER, 0.8, 1), request));
    assertEquals(List.of("b", "a"), order(new Pressure(INNER, 0.79, 1), request));
  }

  @Test
  void zeroKeepsAHeapForWhoHasNoOtherPlaceAndOneFillsItUp() {
    Request request = request(List.of(ANY), used("a", 9), used("b", 0));
    assertEquals(List.of("a", "b"), order(new Pressure(INNER, 1, 1), request));
    assertEquals(List.of("b", "a"), order(new Pressure(INNER, Map.of("a", 0.0), 1), request));
    assertEquals(
        List.of("a"), order(new Pressure(INNER, 0, 1), request(List.of(ANY), used("a", 0))));
  }

  @Test
  void watermarksGoByNameOrAlias() {
    HeapLoad cma =
        new HeapLoad(info("reserved", limited(10), "linux,cma", "default-pool"), SIZE, 5 * SIZE, 0);
    Request request = request(List.of(ANY), cma, used("other", 9));
    assertEquals(
        List.of("other", "reserved"),
        order(new Pressure(INNER, Map.of("default-pool", 0.5), 1), request));
    assertEquals(
        List.of("reserved", "other"),
        order(new Pressure(INNER, Map.of("default-pool", 0.5, "reserved", 0.6), 1), request),
        "the name counts before aliases");
  }

  @Test
  void costsStillRiseAndTheReasonSaysWhy() {
    Fixed costs = Fixed.costs("cheap", 2, "ordinary", 3, "dear", 8);
    Request request = request(List.of(ANY), used("cheap", 9), used("ordinary", 2), used("dear", 2));
    assertEquals(
        List.of(
            "ordinary 3.0 fixed",
            "dear 8.0 fixed",
            "cheap 10.0 fixed; would be 100 % full, above the watermark of 90 %"),
        Requests.answer(new Pressure(costs, 0.9, 1), request));
  }

  @Test
  void withoutPressureTheInnerAnswerStands() {
    Fixed costs = Fixed.costs("a", 2, "b", 1);
    Request request = request(List.of(ANY), used("a", 0), used("b", 0));
    assertEquals(costs.rank(request), new Pressure(costs, 0.5, 1).rank(request));
    assertEquals(List.of(), order(new Pressure(costs, 0.5, 1), request(List.of(ANY))));
  }

  @Test
  void whatWouldOverflowIsAbove() {
    Request request =
        request(List.of(ANY), heap("a", limited(1), Long.MAX_VALUE), heap("b", limited(0), 0));
    for (Ranked ranked : new Pressure(INNER, 1, 1).rank(request)) {
      assertTrue(ranked.reason().contains("above the watermark of 100 %"), ranked::reason);
    }
  }

  @Test
  void theLongestIdleMoveFirstAndTiesGoByNumber() {
    Eviction eviction =
        new Pressure(INNER, 0.9, 2.5)
            .evict(
                crowded(
                    used("cma", 10),
                    1,
                    resident(4, Duration.ofMillis(5)),
                    resident(3, Duration.ofSeconds(1)),
                    resident(9, Duration.ofDays(1)),
                    resident(1, Duration.ofSeconds(1)),
                    resident(2, Duration.ZERO)));
    assertEquals(List.of(9L, 1L, 3L, 4L, 2L), eviction.buffers());
    assertEquals(2.5, eviction.movesPerSecond());
  }

  @Test
  void nobodyMovesInVain() {
    Pressure pressure = new Pressure(INNER, 0.9, 1);
    Resident[] two = {resident(1, Duration.ZERO), resident(2, Duration.ZERO)};
    assertEquals(Eviction.NONE, pressure.evict(crowded(used("cma", 10), 3, two)));
    assertEquals(List.of(1L, 2L), pressure.evict(crowded(used("cma", 10), 2, two)).buffers());
    assertEquals(
        List.of(1L, 2L),
        pressure.evict(crowded(used("cma", 9), 3, two)).buffers(),
        "with what is free");
    assertEquals(
        List.of(1L, 2L),
        pressure.evict(crowded(heap("unlimited", scattered()), 3, two)).buffers(),
        "nobody knows how much is free");
    assertEquals(List.of(), pressure.evict(crowded(used("cma", 10), 1)).buffers());
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    Pressure pressure = new Pressure(new LeastCost(), 0.5, 1);
    Request request = request("a", used("a", 9), used("b", 3));
    assertEquals(Requests.answer(pressure, request), Requests.answer(pressure, request));
    Crowded crowded = crowded(used("a", 10), 1, resident(2, Duration.ZERO));
    assertEquals(pressure.evict(crowded), pressure.evict(crowded));
    assertEquals("pressure(least-cost)", pressure.name());
  }

  @Test
  void itOutranksAPlaceThatSticks() {
    Request request = request("a", used("a", 9), used("b", 3));
    Sticky sticky = new Sticky(new LeastCost(), 100);
    assertEquals(List.of("a", "b"), order(sticky, request));
    assertEquals(List.of("b", "a"), order(new Pressure(sticky, 0.9, 1), request));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, 1.001, Double.NaN, Double.POSITIVE_INFINITY})
  void watermarksOutOfRangeAreRefused(double watermark) {
    assertThrows(IllegalArgumentException.class, () -> new Pressure(INNER, watermark, 1));
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Pressure(INNER, Map.of("good", 0.5, "cma", watermark), 1));
    assertEquals("the watermark of cma must be 0 to 1, is " + watermark, thrown.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void ratesOutOfRangeAreRefused(double rate) {
    assertThrows(IllegalArgumentException.class, () -> new Pressure(INNER, 0.5, rate));
    assertThrows(IllegalArgumentException.class, () -> new Pressure(INNER, Map.of(), rate));
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> new Pressure(null, 0.5, 1));
    assertThrows(NullPointerException.class, () -> new Pressure(INNER, null, 1));
  }
}
