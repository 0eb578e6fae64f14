package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.ANY;
import static dev.dmabroker.heuristics.Requests.SIZE;
import static dev.dmabroker.heuristics.Requests.contiguous;
import static dev.dmabroker.heuristics.Requests.cost;
import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static dev.dmabroker.heuristics.Requests.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Trait;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeastCostTest {
  private final LeastCost leastCost = new LeastCost();

  private List<String> order(Request request) {
    return Requests.order(leastCost, request);
  }

  @Test
  void heapsOfEqualCostKeepTheBrokersOrder() {
    assertEquals(
        List.of("b", "a"),
        order(request(List.of(ANY), heap("b", scattered()), heap("a", scattered()))));
    assertEquals(
        List.of("a", "b"),
        order(request(List.of(ANY), heap("a", scattered()), heap("b", scattered()))));
  }

  @Test
  void scatteredMemoryIsPreferredWhereNobodyNeedsContiguity() {
    assertEquals(
        List.of("system", "cma"),
        order(request(List.of(ANY), heap("cma", contiguous()), heap("system", scattered()))));
  }

  @Test
  void contiguousMemoryCostsNothingExtraForWhoNeedsIt() {
    User display = user("display", Constraints.builder().contiguous());
    Request needed =
        request(List.of(ANY, display), heap("cma", contiguous()), heap("carveout", contiguous()));
    assertEquals(List.of("cma", "carveout"), order(needed));
    Request unneeded = request(List.of(ANY, ANY), heap("cma", contiguous()));
    assertTrue(cost(leastCost, needed, "cma") < cost(leastCost, unneeded, "cma"));
  }

  @Test
  void lowMemoryIsKeptForWhoNeedsLowAddresses() {
    HeapLoad low = heap("dma32", scattered().addressBits(Trait.declared(32)));
    HeapLoad high = heap("system", scattered());
    assertEquals(List.of("system", "dma32"), order(request(List.of(ANY), low, high)));
    User narrow = user("narrow", Constraints.builder().addressBits(32));
    Request needed = request(List.of(narrow), low, high);
    assertEquals(cost(leastCost, needed, "system"), cost(leastCost, needed, "dma32"));
  }

  @Test
  void lowMemoryIsNotScarceWhereAllMemoryIsLow() {
    HeapTraitsBuilder low = scattered().addressBits(Trait.declared(32));
    Request alike = request(List.of(ANY), heap("a", low), heap("b", low));
    Request anywhere = request(List.of(ANY), heap("a", scattered()));
    assertEquals(cost(leastCost, anywhere, "a"), cost(leastCost, alike, "a"));
  }

  @Test
  void theHeapThatTheBufferLiesInIsPreferredAmongEquals() {
    assertEquals(
        List.of("b", "a", "c"),
        order(
            request("b", heap("a", scattered()), heap("b", scattered()), heap("c", scattered()))));
  }

  @Test
  void aMoveToOrdinaryMemoryPaysForSlowMemoryThatManyUse() {
    HeapLoad slow = heap("slow", Requests.of(MemorySpeed.SLOW));
    HeapLoad ordinary = heap("ordinary", scattered());
    List<User> many = List.of(ANY, ANY, ANY);
    assertEquals(
        List.of("ordinary", "slow"),
        order(new Request(Requests.SPEC, many, List.of(slow, ordinary), Optional.of("slow"))));
  }

  @Test
  void fastMemoryComesFirstAndSlowMemoryLast() {
    assertEquals(
        List.of("fast", "ordinary", "slow"),
        order(
            request(
                List.of(ANY),
                heap("slow", Requests.of(MemorySpeed.SLOW)),
                heap("ordinary", Requests.of(MemorySpeed.NORMAL)),
                heap("fast", Requests.of(MemorySpeed.FAST)))));
  }

  @Test
  void memoryOfUnknownSpeedIsTakenForOrdinary() {
    HeapLoad unknown = heap("unknown", scattered().speed(Trait.unknown("not probed")));
    HeapLoad ordinary = heap("ordinary", Requests.of(MemorySpeed.NORMAL));
    Request request = request(List.of(ANY), unknown, ordinary);
    assertEquals(cost(leastCost, request, "ordinary"), cost(leastCost, request, "unknown"));
  }

  @Test
  void whoReadsAndWritesCountsTwice() {
    HeapLoad heap = heap("system", scattered());
    for (Access access : Access.values()) {
      assertEquals(
          access == Access.READ_WRITE ? 2 : 1,
          cost(leastCost, request(List.of(user(access)), heap), "system"),
          access.name());
    }
    assertEquals(
        3,
        cost(
            leastCost,
            request(List.of(user(Access.READ_WRITE), user(Access.OVERWRITE)), heap),
            "system"));
    assertEquals(1, cost(leastCost, request(List.of(), heap), "system"), "for nobody yet");
  }

  @Test
  void theFullerOfTwoLimitedHeapsComesLater() {
    HeapTraitsBuilder limited = scattered().capacityBytes(Trait.declared(16 * SIZE));
    assertEquals(
        List.of("empty", "half", "full"),
        order(
            request(
                List.of(ANY),
                heap("full", limited, 16 * SIZE),
                heap("half", limited, 8 * SIZE),
                heap("empty", limited, 0))));
  }

  @Test
  void anUnlimitedHeapIsPreferredToALimitedOne() {
    assertEquals(
        List.of("unlimited", "limited"),
        order(
            request(
                List.of(ANY),
                heap("limited", scattered().capacityBytes(Trait.declared(16 * SIZE))),
                heap("unlimited", scattered(), Long.MAX_VALUE))));
  }

  @Test
  void fullnessIsBoundedWhateverIsUsed() {
    HeapTraitsBuilder tiny = scattered().capacityBytes(Trait.declared(1L));
    HeapTraitsBuilder none = scattered().capacityBytes(Trait.declared(0L));
    Request request =
        request(
            List.of(ANY),
            heap("tiny", tiny, Long.MAX_VALUE),
            heap("none", none, 0),
            heap("contiguous", contiguous()));
    assertEquals(cost(leastCost, request, "tiny"), cost(leastCost, request, "none"));
    assertEquals(List.of("tiny", "none", "contiguous"), order(request));
  }

  @Test
  void equalHeapsKeepTheBrokersOrder() {
    List<String> names = IntStream.range(0, 100).mapToObj(i -> "heap-" + (i * 37 % 100)).toList();
    HeapLoad[] heaps = names.stream().map(name -> heap(name, scattered())).toArray(HeapLoad[]::new);
    assertEquals(names, order(request(List.of(ANY), heaps)));
  }

  @Test
  void everyHeapIsRankedOnceWithAFiniteCostInRisingOrder() {
    Request request =
        request(
            List.of(ANY),
            heap("nothing-known", HeapTraits.builder()),
            heap("cma", contiguous().capacityBytes(Trait.declared(SIZE)), SIZE),
            heap("slow", Requests.of(MemorySpeed.SLOW)),
            heap("fast", Requests.of(MemorySpeed.FAST)));
    List<Ranked> ranked = leastCost.rank(request);
    assertEquals(4, ranked.stream().map(Ranked::heap).distinct().count());
    double before = 0;
    for (Ranked heap : ranked) {
      assertTrue(Double.isFinite(heap.cost()) && heap.cost() >= before, heap::toString);
      assertTrue(heap.reason().startsWith("access "), heap::reason);
      before = heap.cost();
    }
  }

  @Test
  void aHundredOfPenaltyCostsAsMuchAsAnAccess() {
    Request request =
        request(
            List.of(user(Access.READ)),
            heap("second-choice", scattered(), 0, 100),
            heap("unwished", scattered(), 0, 30),
            heap("wished", scattered()));
    assertEquals(List.of("wished", "unwished", "second-choice"), order(request));
    assertEquals(1, cost(leastCost, request, "wished"));
    assertEquals(1.3, cost(leastCost, request, "unwished"), 1e-9);
    assertEquals(2, cost(leastCost, request, "second-choice"));
  }

  @Test
  void aPreferenceIsNoNeedButMayOutweighScarcity() {
    User wishes =
        user("wishes", Constraints.builder().prefer(1, Constraints.builder().contiguous().build()));
    assertEquals(
        List.of("system", "cma"),
        order(
            request(
                List.of(wishes), heap("cma", contiguous()), heap("system", scattered(), 0, 399))));
    assertEquals(
        List.of("cma", "system"),
        order(
            request(
                List.of(wishes), heap("system", scattered(), 0, 401), heap("cma", contiguous()))));
  }

  @Test
  void aMoveCostsAsMuchAsReadingAndWritingOnce() {
    Request request = request("here", heap("here", scattered()), heap("there", scattered()));
    assertEquals(
        cost(leastCost, request, "here") + LeastCost.COPY, cost(leastCost, request, "there"));
    Request first = request(List.of(ANY), heap("there", scattered()));
    assertEquals(2, cost(leastCost, first, "there"), "nothing to copy yet");
  }

  @Test
  void everyDeviceIsAskedWhatItNeeds() {
    User display = user("display", Constraints.builder().contiguous());
    User narrow = user("narrow", Constraints.builder().addressBits(32));
    HeapLoad scarce = heap("scarce", contiguous().addressBits(Trait.declared(32)));
    HeapLoad high = heap("high", scattered());
    for (List<User> users : List.of(List.of(ANY, display, narrow), List.of(narrow, ANY, display))) {
      assertEquals(6, cost(leastCost, request(users, high, scarce), "scarce"));
    }
    assertEquals(4 + 1, cost(leastCost, request(List.of(ANY, display), high, scarce), "scarce"));
    assertEquals(4 + 4, cost(leastCost, request(List.of(ANY, narrow), high, scarce), "scarce"));
    assertEquals(4 + 5, cost(leastCost, request(List.of(ANY, ANY), high, scarce), "scarce"));
  }

  @Test
  void theReasonSaysWhatTheCostIsMadeOf() {
    Request request =
        request(
            "system",
            heap("cma", contiguous().capacityBytes(Trait.declared(4 * SIZE)), SIZE, 50),
            heap("system", scattered()));
    assertEquals(
        List.of(
            "system 2.0 access 2.00, scarcity 0.00, copy 0.00, penalty 0.00",
            "cma 9.5 access 2.00, scarcity 5.00, copy 2.00, penalty 0.50"),
        Requests.answer(leastCost, request));
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    Request request =
        request("cma", heap("cma", contiguous(), SIZE), heap("system", scattered(), 2 * SIZE));
    List<Ranked> first = leastCost.rank(request);
    assertEquals(List.of(), leastCost.rank(request(List.of(ANY))), "no heaps, no ranks");
    assertEquals(first, leastCost.rank(request));
    assertEquals(first, new LeastCost().rank(request));
  }
}
