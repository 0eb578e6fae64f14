package dev.dmabroker.samples.heaps;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the heaps that a broker finds on this machine, those that it is given, and those that it
 * cannot open. With {@code --watch} it goes on and prints which heaps join and vanish.
 */
public final class ShowHeaps {
  private static final String WATCH = "--watch";

  private ShowHeaps() {}

  /** Takes {@code --watch}, or nothing. */
  public static void main(String[] args) throws IOException {
    boolean watching = args.length == 1 && args[0].equals(WATCH);
    if (args.length > 0 && !watching) {
      System.err.println("heaps: the one option is " + WATCH + ", for heaps that come and go");
      System.exit(2);
    }
    BrokerBuilder builder =
        Broker.builder()
            .discoverHeaps()
            .heaps(Heaps.numa())
            .heaps(Heaps.drmDumb())
            .heaps(Heaps.v4l2());
    if (watching) {
      builder.watchHeaps().listener(new Changes());
    }
    try (Broker broker = builder.build()) {
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
      if (watching) {
        System.out.println("watching; a line of input, or its end, ends this");
        int unused = System.in.read();
      }
    }
  }

  /** Prints what changes. */
  private static final class Changes implements BrokerListener {
    @Override
    public void heapsChanged(HeapsChanged event) {
      event.joined().forEach(heap -> System.out.println("joined: " + heap));
      event
          .vanished()
          .forEach(heap -> System.out.println("vanished: " + heap.heap() + ": " + heap.reason()));
      event
          .refused()
          .forEach(
              heap ->
                  System.out.println(
                      "closed: " + heap.heap() + ": " + heap.reason() + "; " + heap.remedy()));
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
