package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.SIZE;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.info;
import static dev.dmabroker.heuristics.Requests.limited;
import static dev.dmabroker.heuristics.Requests.scattered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import dev.dmabroker.spi.RebalancePolicy.Candidate;
import dev.dmabroker.spi.RebalancePolicy.Choice;
import dev.dmabroker.spi.RebalancePolicy.Occupied;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnIdleTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final HeapLoad ENDLESS = heap("endless", scattered());
  private static final ReturnIdle POLICY =
      ReturnIdle.builder()
          .marks(0.8, 0.5)
          .minIdle(Duration.ofSeconds(2))
          .minInPlace(Duration.ofSeconds(10))
          .rate(3, 5 * SIZE)
          .interval(Duration.ofSeconds(7))
          .build();

  private static Candidate candidate(long id, Duration idle, Duration inPlace, HeapLoad target) {
    return new Candidate(
        new Resident(id, "buffer-" + id, SIZE, idle, List.of(ANY)), inPlace, target);
  }

  private static Candidate candidate(long id, long idleSeconds) {
    return candidate(id, Duration.ofSeconds(idleSeconds), LONG, ENDLESS);
  }

  /** A heap of ten times the size, of which that many are in use. */
  private static Occupied used(long sizes, boolean underWay, Candidate... candidates) {
    HeapLoad load = new HeapLoad(info("scarce", limited(10)), 0, sizes * SIZE, 0);
    return new Occupied(load, List.of(candidates), underWay);
  }

  @Test
  void beginsAboveTheHighMarkAndGoesOnToTheLowOne() {
    Candidate candidate = candidate(1, 60);
    assertEquals(Choice.NONE, POLICY.choose(used(8, false, candidate)));
    assertEquals(List.of(1L), POLICY.choose(used(9, false, candidate)).buffers());
    assertEquals(List.of(1L), POLICY.choose(used(6, true, candidate)).buffers());
    assertEquals(Choice.NONE, POLICY.choose(used(5, true, candidate)));
  }

  @Test
  void noMoreLeaveThanTheLowMarkAsksForTheLongestIdleFirst() {
    Choice choice =
        POLICY.choose(
            used(
                9,
                false,
                candidate(1, 10),
                candidate(2, 30),
                candidate(3, 20),
                candidate(4, 30),
                candidate(5, 5)));
    assertEquals(List.of(2L, 4L, 3L, 1L), choice.buffers());
  }

  @Test
  void aBufferLeavesOnlyWhenItHasBeenIdleAndInPlaceForLongEnough() {
    Choice choice =
        POLICY.choose(
            used(
                9,
                false,
                candidate(1, 1),
                candidate(2, Duration.ofSeconds(2), Duration.ofSeconds(9), ENDLESS),
                candidate(3, Duration.ofSeconds(2), Duration.ofSeconds(10), ENDLESS)));
    assertEquals(List.of(3L), choice.buffers());
  }

  @Test
  void noTargetIsFilledAboveItsLowMark() {
    HeapLoad target = heap("target", limited(10), 3 * SIZE);
    Choice choice =
        POLICY.choose(
            used(
                10,
                false,
                candidate(1, LONG, LONG, target),
                candidate(2, LONG, LONG, target),
                candidate(3, LONG, LONG, target),
                candidate(4, LONG, LONG, ENDLESS)));
    assertEquals(List.of(1L, 2L, 4L), choice.buffers());
  }

  @Test
  void asksToBeAskedAgainAsLongAsTheHeapIsTooFull() {
    assertEquals(
        new Choice(List.of(), 3, 5 * SIZE, Optional.of(Duration.ofSeconds(7))),
        POLICY.choose(used(9, false)));
  }

  @Test
  void aHeapOfUnknownCapacityIsNeverTooFull() {
    HeapLoad load = new HeapLoad(info("endless", scattered()), 0, Long.MAX_VALUE, 0);
    assertEquals(Choice.NONE, POLICY.choose(new Occupied(load, List.of(candidate(1, 60)), false)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesMarksThatAreNone(double mark) {
    ReturnIdle.Builder builder = ReturnIdle.builder();
    assertThrows(IllegalArgumentException.class, () -> builder.marks(mark, 0));
    assertThrows(IllegalArgumentException.class, () -> builder.marks(1, mark));
    assertThrows(IllegalArgumentException.class, () -> builder.marks(0.5, 0.6));
  }

  @Test
  void refusesTimesAndRatesThatAreNone() {
    ReturnIdle.Builder builder = ReturnIdle.builder();
    Duration negative = Duration.ofNanos(-1);
    assertThrows(IllegalArgumentException.class, () -> builder.minIdle(negative));
    assertThrows(IllegalArgumentException.class, () -> builder.minInPlace(negative));
    assertThrows(IllegalArgumentException.class, () -> builder.interval(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> builder.rate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> builder.rate(1, Double.NaN));
  }
}
