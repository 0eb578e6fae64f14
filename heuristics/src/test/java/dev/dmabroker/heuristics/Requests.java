package dev.dmabroker.heuristics;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Trait;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Requests in the words of the tests. */
final class Requests {
  static final long SIZE = 1 << 20;
  static final BufferSpec SPEC = BlobSpec.of(SIZE);
  static final User ANY = new User("any", Constraints.none(), Access.READ_WRITE);

  private Requests() {}

  static User user(String name, ConstraintsBuilder constraints) {
    return new User(name, constraints.build(), Access.READ_WRITE);
  }

  static User user(String name) {
    return user(name, Constraints.builder());
  }

  static User user(Access access) {
    return new User("device", Constraints.none(), access);
  }

  /** Scattered memory anywhere. */
  static HeapTraitsBuilder scattered() {
    return HeapTraits.builder()
        .contiguous(Trait.declared(false))
        .addressBits(Trait.declared(40))
        .deviceAccess(Trait.declared(true));
  }

  static HeapTraitsBuilder contiguous() {
    return scattered().contiguous(Trait.declared(true));
  }

  static HeapTraitsBuilder of(MemorySpeed speed) {
    return scattered().speed(Trait.declared(speed));
  }

  static HeapLoad heap(String name, HeapTraitsBuilder traits) {
    return heap(name, traits, 0);
  }

  static HeapLoad heap(String name, HeapTraitsBuilder traits, long usedBytes) {
    return heap(name, traits, usedBytes, 0);
  }

  static HeapLoad heap(String name, HeapTraitsBuilder traits, long usedBytes, long penalty) {
    return new HeapLoad(info(name, traits), SIZE, usedBytes, penalty);
  }

  static HeapInfo info(String name, HeapTraitsBuilder traits, String... aliases) {
    return new HeapInfo(name, Set.of(aliases), "other", traits.build());
  }

  /** Scattered memory of which there are {@code sizes} times {@link #SIZE}. */
  static HeapTraitsBuilder limited(long sizes) {
    return scattered().capacityBytes(Trait.declared(sizes * SIZE));
  }

  static Request request(List<User> users, HeapLoad... heaps) {
    return new Request(SPEC, users, List.of(heaps), Optional.empty());
  }

  static Request request(String currentHeap, HeapLoad... heaps) {
    return new Request(SPEC, List.of(ANY), List.of(heaps), Optional.of(currentHeap));
  }

  /** The names, in the order of the answer. */
  static List<String> order(PlacementHeuristic heuristic, Request request) {
    return heuristic.rank(request).stream().map(Ranked::heap).toList();
  }

  /** All that a person sees of the answer; suppliers of reasons are not equal by themselves. */
  static List<String> answer(PlacementHeuristic heuristic, Request request) {
    return heuristic.rank(request).stream()
        .map(ranked -> ranked.heap() + " " + ranked.cost() + " " + ranked.reason())
        .toList();
  }

  static String reason(PlacementHeuristic heuristic, Request request, String heap) {
    return find(heuristic, request, heap).reason();
  }

  static double cost(PlacementHeuristic heuristic, Request request, String heap) {
    return find(heuristic, request, heap).cost();
  }

  private static Ranked find(PlacementHeuristic heuristic, Request request, String heap) {
    return heuristic.rank(request).stream()
        .filter(ranked -> ranked.heap().equals(heap))
        .findFirst()
        .orElseThrow();
  }
}
