package dev.dmabroker.samples.heaps;

import dev.dmabroker.Broker;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Trait;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the heaps that a broker finds on this machine, those that it is given, and those that it
 * cannot open.
 */
public final class ShowHeaps {
  private ShowHeaps() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (Broker broker =
        Broker.builder()
            .discoverHeaps()
            .heaps(Heaps.numa())
            .heaps(Heaps.drmDumb())
            .heaps(Heaps.v4l2())
            .build()) {
      BrokerSnapshot snapshot = broker.snapshot();
      for (BrokerSnapshot.HeapState heap : snapshot.heaps()) {
        print(heap);
      }
      for (HeapProvider.Closed heap : snapshot.closedHeaps()) {
        System.out.printf(
            "%s: closed%n  why:  %s%n  help: %s%n%n", heap.heap(), heap.reason(), heap.remedy());
      }
      System.out.printf(
          "%d heaps open, %d closed%n", snapshot.heaps().size(), snapshot.closedHeaps().size());
    }
  }

  private static void print(BrokerSnapshot.HeapState heap) {
    System.out.printf(
        "%s: open%s%n",
        heap.name(),
        heap.aliases().isEmpty() ? "" : ", also called " + String.join(", ", heap.aliases()));
    for (Map.Entry<String, Trait<?>> entry : heap.traits().all().entrySet()) {
      Trait<?> trait = entry.getValue();
      System.out.printf(
          "  %-15s %-14s %-11s %s%n",
          entry.getKey(),
          value(entry.getKey(), trait),
          trait.basis().name().toLowerCase(Locale.ROOT),
          trait.source());
    }
    System.out.println();
  }

  private static String value(String name, Trait<?> trait) {
    return trait.value() instanceof Long bytes && name.endsWith("Bytes")
        ? String.format(Locale.ROOT, "%,d", bytes)
        : trait.toString();
  }
}
