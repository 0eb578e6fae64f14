package dev.dmabroker.samples.replay;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.heuristics.AttachHistory;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.heuristics.Foresight;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.heuristics.Pressure;
import dev.dmabroker.heuristics.ReturnIdle;
import dev.dmabroker.heuristics.Sticky;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.RebalancePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes what a name says: parts with a plus between them, each around those before it, and each
 * with its parameters after colons. Left out are the parameters that have a usual value, and {@code
 * least-cost} at the beginning.
 */
final class ChoiceParser {
  private PlacementHeuristic heuristic = new LeastCost();
  private final List<BrokerListener> listeners = new ArrayList<>();
  private Optional<RebalancePolicy> rebalancing = Optional.empty();

  /** The parameters of a part, which are taken one after the other. */
  private static final class Parameters {
    private final String part;
    private final String[] words;
    private int taken;

    Parameters(String part) {
      this.part = part;
      this.words = part.split(":", -1);
    }

    String name() {
      return words[0];
    }

    double next(double usual) {
      taken++;
      if (taken >= words.length) {
        return usual;
      }
      try {
        return Double.parseDouble(words[taken]);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(part + ": '" + words[taken] + "' is no number", e);
      }
    }

    void end() {
      if (taken < words.length - 1) {
        throw new IllegalArgumentException(part + " has too many parameters");
      }
    }
  }

  private ChoiceParser() {}

  /**
   * Makes the choice of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Choice parse(String name) {
    ChoiceParser parser = new ChoiceParser();
    String[] parts = name.split("\\+", -1);
    for (int i = 0; i < parts.length; i++) {
      parser.add(new Parameters(parts[i]), i == 0);
    }
    return new Choice(name, parser.heuristic, parser.listeners, parser.rebalancing);
  }

  private void add(Parameters part, boolean first) {
    switch (part.name()) {
      case "sticky" -> heuristic = new Sticky(heuristic, part.next(1.5));
      case "pressure" -> heuristic = new Pressure(heuristic, part.next(0.9), part.next(50));
      case "foresight" -> {
        AttachHistory history = new AttachHistory();
        listeners.add(history);
        heuristic = new Foresight(heuristic, history);
      }
      case "return-idle" -> rebalancing = Optional.of(returnIdle(part));
      default -> {
        if (!first) {
          throw unknown(part.name());
        }
        heuristic = base(part.name());
      }
    }
    part.end();
  }

  private static PlacementHeuristic base(String name) {
    return switch (name) {
      case "first-fit" -> new FirstFit();
      case "least-cost" -> new LeastCost();
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "there is no heuristic '"
            + name
            + "' here, only "
            + String.join(", ", Choice.NAMES)
            + "; the first two stand at the beginning only");
  }

  /** Traces take seconds, so its times are shorter than an application's would be. */
  private static RebalancePolicy returnIdle(Parameters part) {
    return ReturnIdle.builder()
        .marks(part.next(0.2), part.next(0.1))
        .minIdle(Duration.ofMillis((long) part.next(300)))
        .minInPlace(Duration.ofMillis(700))
        .rate(20, 64 << 20)
        .interval(Duration.ofMillis(100))
        .build();
  }
}
