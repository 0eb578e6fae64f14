package dev.dmabroker.samples.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Opens a broker with the heaps that the configuration allows. */
final class HeapChoice {
  // The names of heaps that only providers find which are not asked unless one is named.
  private static final String NODE = "-node";
  private static final String DUMB = "drm-";
  private static final String VIDEO = "video";

  private final List<String> names;
  private final String origin;
  private final List<NamedHeaps> providers = new ArrayList<>();

  private HeapChoice(Configuration configuration) {
    names = configuration.get(Key.HEAPS);
    origin = configuration.setting(Key.HEAPS).origin();
  }

  /**
   * Builds the broker.
   *
   * @throws ConfigurationException if a heap that is named is not there, with why it is closed and
   *     what would open it; or if no heap is there
   */
  static Broker open(BrokerBuilder builder, Configuration configuration)
      throws ConfigurationException {
    HeapChoice choice = new HeapChoice(configuration);
    List<HeapProvider> more =
        configuration.get(Key.STAND_INS) ? List.of(Heaps.modelledStandIns()) : List.of();
    if (choice.names.isEmpty()) {
      builder.discoverHeaps();
      more.forEach(builder::heaps);
    } else {
      choice.usual().forEach(each -> choice.add(builder, each));
      more.forEach(each -> choice.add(builder, each));
    }
    if (configuration.get(Key.WATCH)) {
      builder.watchHeaps();
    }
    return choice.open(builder);
  }

  private void add(BrokerBuilder builder, HeapProvider provider) {
    NamedHeaps named = new NamedHeaps(provider, Set.copyOf(names));
    providers.add(named);
    builder.heaps(named);
  }

  private List<HeapProvider> usual() {
    List<HeapProvider> usual =
        new ArrayList<>(List.of(Heaps.dmaHeaps(), Heaps.udmabuf(), Heaps.memfd()));
    if (names.stream().anyMatch(name -> name.contains(NODE))) {
      usual.add(Heaps.numa());
    }
    if (names.stream().anyMatch(name -> name.startsWith(DUMB))) {
      usual.add(Heaps.drmDumb());
    }
    if (names.stream().anyMatch(name -> name.startsWith(VIDEO))) {
      usual.add(Heaps.v4l2());
    }
    return usual;
  }

  private Broker open(BrokerBuilder builder) throws ConfigurationException {
    Broker broker;
    try {
      broker = builder.build();
    } catch (IllegalStateException noHeap) {
      requireNamed();
      throw new ConfigurationException(
          "this machine has no heap that opens; 'samples/run heaps' says why, and 'stand-ins = yes'"
              + " in [heaps] takes models to try things out");
    }
    try {
      requireNamed();
      return broker;
    } catch (ConfigurationException e) {
      broker.close();
      throw e;
    }
  }

  private void requireNamed() throws ConfigurationException {
    List<String> open = providers.stream().flatMap(each -> each.open().stream()).toList();
    for (String name : names) {
      if (!open.contains(name)) {
        throw new ConfigurationException(origin + ": " + missing(name, open));
      }
    }
  }

  private String missing(String name, List<String> open) {
    for (NamedHeaps provider : providers) {
      for (Closed closed : provider.closed()) {
        if (closed.heap().equals(name)) {
          return "the heap '" + name + "' is closed: " + closed.reason() + "; " + closed.remedy();
        }
      }
    }
    return "this machine has no heap '" + name + "'" + Nearest.hint(name, open);
  }
}
