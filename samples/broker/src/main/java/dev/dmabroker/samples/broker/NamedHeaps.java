package dev.dmabroker.samples.broker;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lets only those heaps of a provider through that the configuration names. Others are closed again
 * at once, and not spoken of. Keeps what it found first, for an error that says what there is.
 */
final class NamedHeaps implements HeapProvider {
  private final HeapProvider provider;
  private final Set<String> names;
  private final List<String> open = new ArrayList<>();
  private final List<Closed> closed = new ArrayList<>();

  NamedHeaps(HeapProvider provider, Set<String> names) {
    this.provider = provider;
    this.names = Set.copyOf(names);
  }

  /** The names and aliases of all heaps that opened at first, chosen or not. */
  List<String> open() {
    return List.copyOf(open);
  }

  /** The heaps that did not open at first. */
  List<Closed> closed() {
    return List.copyOf(closed);
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
    List<Finding> findings = provider.discover();
    for (Finding finding : findings) {
      if (finding instanceof Open each) {
        open.add(each.heap().name());
        open.addAll(each.heap().aliases());
      } else if (finding instanceof Closed each) {
        closed.add(each);
      }
    }
    return chosen(findings, List.of());
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
      if (isNamed(finding)) {
        chosen.add(finding);
      } else if (finding instanceof Open each && !present.contains(each.heap())) {
        each.heap().close();
      }
    }
    return chosen;
  }

  private boolean isNamed(Finding found) {
    if (found instanceof Open each) {
      return names.contains(each.heap().name())
          || each.heap().aliases().stream().anyMatch(names::contains);
    }
    return found instanceof Closed each && names.contains(each.heap());
  }
}
