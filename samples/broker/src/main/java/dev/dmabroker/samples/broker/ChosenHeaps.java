package dev.dmabroker.samples.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Lets only those heaps of a provider through that the configuration names. Others are closed again
 * at once, and not spoken of.
 */
final class ChosenHeaps implements HeapProvider {

  /** The prefixes of heaps that providers find which are not asked unless one is named. */
  private static final String NODE = "-node";

  private static final String DUMB = "drm-";
  private static final String VIDEO = "video";

  private final HeapProvider provider;
  private final Set<String> names;

  private ChosenHeaps(HeapProvider provider, Set<String> names) {
    this.provider = provider;
    this.names = names;
  }

  /**
   * Gives a broker the heaps that the configuration allows.
   *
   * @return the builder
   */
  static Broker.Builder add(Broker.Builder builder, Configuration configuration) {
    List<String> names = configuration.get(Key.HEAPS);
    List<HeapProvider> more =
        configuration.get(Key.STAND_INS) ? List.of(Heaps.modelledStandIns()) : List.of();
    if (names.isEmpty()) {
      builder.discoverHeaps();
      more.forEach(builder::heaps);
    } else {
      Stream.concat(providers(names).stream(), more.stream())
          .forEach(each -> builder.heaps(new ChosenHeaps(each, Set.copyOf(names))));
    }
    return configuration.get(Key.WATCH) ? builder.watchHeaps() : builder;
  }

  private static List<HeapProvider> providers(List<String> names) {
    List<HeapProvider> providers =
        new ArrayList<>(List.of(Heaps.dmaHeaps(), Heaps.udmabuf(), Heaps.memfd()));
    if (names.stream().anyMatch(name -> name.contains(NODE))) {
      providers.add(Heaps.numa());
    }
    if (names.stream().anyMatch(name -> name.startsWith(DUMB))) {
      providers.add(Heaps.drmDumb());
    }
    if (names.stream().anyMatch(name -> name.startsWith(VIDEO))) {
      providers.add(Heaps.v4l2());
    }
    return providers;
  }

  /**
   * Checks that the broker has each heap that the configuration names.
   *
   * @throws ConfigurationException if it lacks one; says why it is closed and what would open it
   */
  static void check(Broker broker, Configuration configuration) throws ConfigurationException {
    BrokerSnapshot snapshot = broker.snapshot();
    Set<String> open = new LinkedHashSet<>();
    for (HeapState heap : snapshot.heaps()) {
      open.add(heap.name());
      open.addAll(heap.aliases());
    }
    String origin = configuration.setting(Key.HEAPS).origin();
    for (String name : configuration.get(Key.HEAPS)) {
      if (!open.contains(name)) {
        throw new ConfigurationException(origin + ": " + missing(name, open, snapshot));
      }
    }
    if (open.isEmpty()) {
      throw new ConfigurationException(
          "this machine has no heap that opens; 'samples/run heaps' says why, and 'stand-ins = yes'"
              + " in [heaps] takes models to try things out");
    }
  }

  private static String missing(String name, Collection<String> open, BrokerSnapshot snapshot) {
    Optional<Closed> closed =
        snapshot.closedHeaps().stream().filter(each -> each.heap().equals(name)).findAny();
    return closed
        .map(each -> "the heap '" + name + "' is closed: " + each.reason() + "; " + each.remedy())
        .orElseGet(
            () ->
                "this machine has no heap '"
                    + name
                    + "'"
                    + (open.isEmpty() ? "; no heap that is named opens" : Nearest.hint(name, open)));
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public boolean fallback() {
    return provider.fallback();
  }

  @Override
  public List<Finding> discover() {
    return chosen(provider.discover(), List.of());
  }

  @Override
  public List<Finding> rediscover(List<Heap> present) {
    return chosen(provider.rediscover(present), present);
  }

  @Override
  public Set<Path> watchedPaths() {
    return provider.watchedPaths();
  }

  private List<Finding> chosen(List<Finding> findings, List<Heap> present) {
    List<Finding> chosen = new ArrayList<>();
    for (Finding finding : findings) {
      if (finding instanceof Open open && !present.contains(open.heap()) && !isNamed(open.heap())) {
        open.heap().close();
      } else if (finding instanceof Open || isNamed((Closed) finding)) {
        chosen.add(finding);
      }
    }
    return chosen;
  }

  private boolean isNamed(Heap heap) {
    return names.contains(heap.name()) || heap.aliases().stream().anyMatch(names::contains);
  }

  private boolean isNamed(Closed closed) {
    return names.contains(closed.heap());
  }
}
