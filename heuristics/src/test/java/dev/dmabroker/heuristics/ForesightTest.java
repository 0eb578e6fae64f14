package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.History.buffer;
import static dev.dmabroker.heuristics.Requests.SIZE;
import static dev.dmabroker.heuristics.Requests.SPEC;
import static dev.dmabroker.heuristics.Requests.contiguous;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.order;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static dev.dmabroker.heuristics.Requests.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Trait;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForesightTest {
  private static final User CAMERA = user("camera");
  private static final User ENCODER = user("encoder", Constraints.builder().contiguous());
  private static final HeapLoad SYSTEM = heap("system", scattered());
  private static final HeapLoad CMA = heap("cma", contiguous());
  private static final Request NEXT = request(List.of(CAMERA), SYSTEM, CMA);

  /** So slow to forget that probabilities are plain fractions, nearly. */
  private final AttachHistory history = new AttachHistory(1e9, 256);

  private final Foresight foresight = new Foresight(new LeastCost(), history);

  private void learn(int buffers, int late) {
    for (int i = 0; i < buffers; i++) {
      buffer(history, i, SPEC, i < late ? new User[] {CAMERA, ENCODER} : new User[] {CAMERA});
    }
  }

  @Test
  void withoutExperienceTheInnerAnswerStands() {
    assertEquals(new LeastCost().rank(NEXT), foresight.rank(NEXT));
    assertEquals(List.of(), order(foresight, request(List.of(), new HeapLoad[0])));
    assertEquals(List.of("system", "cma"), order(foresight, request(List.of(), SYSTEM, CMA)));
  }

  @Test
  void whatIsLikelierThanNotOutweighsScarcity() {
    learn(100, 51);
    assertEquals(List.of("cma", "system"), order(foresight, NEXT));
  }

  @Test
  void whatIsLessLikelyDoesNot() {
    learn(100, 49);
    assertEquals(List.of("system", "cma"), order(foresight, NEXT));
  }

  @Test
  void theFullerTheScarceMemoryTheSurerItHasToBe() {
    HeapLoad full = heap("cma", contiguous().capacityBytes(Trait.declared(10 * SIZE)), 9 * SIZE);
    Request request = request(List.of(CAMERA), SYSTEM, full);
    learn(100, 70);
    assertEquals(List.of("system", "cma"), order(foresight, request));
    for (int i = 0; i < 100; i++) {
      buffer(history, 100 + i, SPEC, CAMERA, ENCODER);
    }
    assertEquals(List.of("cma", "system"), order(foresight, request), "85 in 100");
  }

  @Test
  void oneBufferIsNoEvidenceAndTwoAre() {
    AttachHistory usual = new AttachHistory();
    Foresight fresh = new Foresight(new LeastCost(), usual);
    buffer(usual, 1, SPEC, CAMERA, ENCODER);
    assertEquals(List.of("system", "cma"), order(fresh, NEXT));
    buffer(usual, 2, SPEC, CAMERA, ENCODER);
    assertEquals(List.of("cma", "system"), order(fresh, NEXT));
  }

  @Test
  void theReasonSaysTheGuess() {
    learn(10, 9);
    assertEquals(
        "access 2.00, scarcity 0.00, copy 0.00, penalty 0.00;"
            + " encoder attached later to 9.0 of 10.0 such buffers: +7.2",
        Requests.reason(foresight, NEXT, "system"));
    assertEquals(2 + 7.2, Requests.cost(foresight, NEXT, "system"), 1e-6);
    assertEquals(6, Requests.cost(foresight, NEXT, "cma"));
  }

  @Test
  void whoIsAttachedAlreadyIsNoGuess() {
    learn(10, 10);
    Request both = request(List.of(CAMERA, ENCODER), SYSTEM, CMA);
    assertEquals(new LeastCost().rank(both), foresight.rank(both));
  }

  @Test
  void ofSeveralDevicesThatAHeapDoesNotSuitTheLikeliestCounts() {
    User narrow = user("narrow", Constraints.builder().addressBits(32));
    for (int i = 0; i < 10; i++) {
      User[] users = i < 6 ? new User[] {CAMERA, ENCODER, narrow} : new User[] {CAMERA, narrow};
      buffer(history, i, SPEC, users);
    }
    HeapLoad low = heap("dma32", scattered().addressBits(Trait.declared(32)));
    Request request = request(List.of(CAMERA), SYSTEM, CMA, low);
    assertEquals(2 + 8, Requests.cost(foresight, request, "system"), 1e-6);
    assertEquals(6 + 8, Requests.cost(foresight, request, "cma"), 1e-6);
    assertEquals(3 + 0.6 * 8, Requests.cost(foresight, request, "dma32"), 1e-6);
    assertEquals(List.of("dma32", "system", "cma"), order(foresight, request));
  }

  @Test
  void anotherKindOfBufferLearnsNothing() {
    learn(10, 10);
    Request other = new Request(BlobSpec.of(1), NEXT.users(), NEXT.heaps(), NEXT.currentHeap());
    assertEquals(List.of("system", "cma"), order(foresight, other));
    assertEquals(
        List.of("system", "cma"), order(foresight, request(List.of(user("tuner")), SYSTEM, CMA)));
  }

  @Test
  void heapsOfEqualCostKeepTheInnerOrderAndOthersStayLeftOut() {
    learn(10, 10);
    HeapLoad more = heap("more", scattered());
    Foresight equal = new Foresight(Fixed.costs("more", 1, "system", 1), history);
    assertEquals(
        List.of("more", "system"), order(equal, request(List.of(CAMERA), more, CMA, SYSTEM)));
  }

  @Test
  void theSameRequestGivesTheSameAnswerUntilSomethingIsLearnt() {
    learn(10, 6);
    List<String> first = Requests.answer(foresight, NEXT);
    assertEquals(first, Requests.answer(foresight, NEXT));
    assertEquals(first, Requests.answer(new Foresight(new LeastCost(), history), NEXT));
  }

  @Test
  void itGoesTogetherWithTheOthers() {
    learn(10, 10);
    HeapLoad full = heap("cma", contiguous().capacityBytes(Trait.declared(10 * SIZE)), 9 * SIZE);
    PlacementHeuristic all =
        new PeerToPeer(
            new Pressure(new Sticky(foresight, 1.5), 0.9, 1), PeerTable.parse("allow * gpu"));
    assertEquals("peer-to-peer(pressure(sticky(foresight(least-cost))))", all.name());
    assertEquals(List.of("cma", "system"), order(all, NEXT));
    assertEquals(List.of("system", "cma"), order(all, request(List.of(CAMERA), SYSTEM, full)));
  }

  @Test
  void evictionIsTheInnerOnes() {
    Foresight fixed = new Foresight(Fixed.costs("a", 1), history);
    assertEquals(Fixed.EVICTION, fixed.evict(new Crowded(CMA, 1, List.of())));
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> new Foresight(null, history));
    assertThrows(NullPointerException.class, () -> new Foresight(new LeastCost(), null));
  }
}
