package dev.dmabroker.heuristics;

import dev.dmabroker.Access;
import dev.dmabroker.Constraints;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Speed;
import dev.dmabroker.spi.Trait;
import java.util.List;
import java.util.Optional;

/** Requests in the words of the tests. */
final class Requests {
  static final long SIZE = 1 << 20;
  static final User ANY = new User("any", Constraints.none(), Access.READ_WRITE);

  private Requests() {}

  static User user(String name, Constraints.Builder constraints) {
    return new User(name, constraints.build(), Access.READ_WRITE);
  }

  static User user(Access access) {
    return new User("device", Constraints.none(), access);
  }

  /** Scattered memory anywhere. */
  static HeapTraits.Builder scattered() {
    return HeapTraits.builder()
        .contiguous(Trait.declared(false))
        .addressBits(Trait.declared(40))
        .deviceAccess(Trait.declared(true));
  }

  static HeapTraits.Builder contiguous() {
    return scattered().contiguous(Trait.declared(true));
  }

  static HeapTraits.Builder of(Speed speed) {
    return scattered().speed(Trait.declared(speed));
  }

  static HeapLoad heap(String name, HeapTraits.Builder traits) {
    return heap(name, traits, 0);
  }

  static HeapLoad heap(String name, HeapTraits.Builder traits, long usedBytes) {
    return new HeapLoad(name, traits.build(), usedBytes);
  }

  static Request request(List<User> users, HeapLoad... heaps) {
    return new Request(SIZE, users, List.of(heaps), Optional.empty());
  }

  static Request request(String currentHeap, HeapLoad... heaps) {
    return new Request(SIZE, List.of(ANY), List.of(heaps), Optional.of(currentHeap));
  }

  /** The names, in the order of the answer. */
  static List<String> order(PlacementHeuristic heuristic, Request request) {
    return heuristic.rank(request).stream().map(Ranked::heap).toList();
  }

  static double cost(PlacementHeuristic heuristic, Request request, String heap) {
    return heuristic.rank(request).stream()
        .filter(ranked -> ranked.heap().equals(heap))
        .findFirst()
        .orElseThrow()
        .cost();
  }
}
