package dev.dmabroker.internal.broker;

import static dev.dmabroker.testing.Fixture.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.spi.PlacementHeuristic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The choice among the heuristics that are installed. */
class BrokerFactoryTest {
  private static PlacementHeuristic heuristic(String name) {
    return new PlacementHeuristic() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public List<Ranked> rank(Request request) {
        return List.of();
      }
    };
  }

  @Test
  void theDefaultHeuristicIsChosenOfThoseFoundAndTheOnlyOneOfOne() {
    PlacementHeuristic any = heuristic("any");
    PlacementHeuristic other = heuristic("other");
    PlacementHeuristic standard = heuristic("least-cost");
    assertSame(any, BrokerFactory.choose(List.of(any)));
    assertSame(standard, BrokerFactory.choose(List.of(any, standard, other)));
    assertSays(
        assertThrows(IllegalStateException.class, () -> BrokerFactory.choose(List.of(any, other))),
        "call heuristic(...)",
        "any",
        "other");
    assertEquals(
        "two heuristics are named least-cost",
        assertThrows(
                DuplicateNameException.class,
                () -> BrokerFactory.choose(List.of(standard, any, heuristic("least-cost"))))
            .getMessage());
  }
}
