package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds what is wrong with the choice of heaps that a broker has, which does not change. */
final class HeapHealth {
  private HeapHealth() {}

  /** The reasons why an operator should look at the heaps. */
  static List<String> of(BrokerSnapshot snapshot) {
    List<String> reasons = new ArrayList<>();
    String waiting =
        snapshot.devices().stream()
            .filter(device -> !device.constraints().cpuOnly())
            .map(DeviceState::name)
            .collect(Collectors.joining(", "));
    boolean starved =
        !waiting.isEmpty() && snapshot.heaps().stream().noneMatch(HeapHealth::isImportable);
    if (starved) {
      reasons.add("no heap has memory that drivers import, for devices that need it: " + waiting);
    }
    snapshot.closedHeaps().stream()
        .filter(heap -> starved || heap.kind() != Closed.Kind.MISSING)
        .map(heap -> "heap " + heap.heap() + " is closed: " + heap.reason() + "; " + heap.remedy())
        .forEach(reasons::add);
    snapshot.heaps().stream()
        .filter(heap -> heap.traits().modelled().is(true))
        .map(heap -> "heap " + heap.name() + " is modelled: no driver imports its memory")
        .forEach(reasons::add);
    return reasons;
  }

  private static boolean isImportable(HeapState heap) {
    return heap.traits().deviceAccess().is(true);
  }
}
