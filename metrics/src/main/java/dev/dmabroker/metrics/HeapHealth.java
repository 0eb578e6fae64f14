package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds what is wrong with the heaps that a broker has. */
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
    snapshot.heaps().stream()
        .filter(heap -> heap.vanished().isPresent())
        .map(HeapHealth::left)
        .forEach(reasons::add);
    snapshot.closedHeaps().stream()
        .filter(heap -> starved || isProblem(heap, snapshot))
        .map(heap -> "heap " + heap.heap() + " is closed: " + heap.reason() + "; " + heap.remedy())
        .forEach(reasons::add);
    snapshot.heaps().stream()
        .filter(heap -> heap.vanished().isEmpty())
        .filter(heap -> heap.traits().modelled().is(true))
        .map(heap -> "heap " + heap.name() + " is modelled: no driver imports its memory")
        .forEach(reasons::add);
    return reasons;
  }

  /** What lies in a heap that vanished. */
  private static String left(HeapState heap) {
    return "heap "
        + heap.name()
        + " vanished ("
        + heap.vanished().orElseThrow()
        + ") while "
        + heap.backings()
        + " allocations with "
        + heap.usedBytes()
        + " bytes lie there, which stay usable; have the buffers move or end";
  }

  /** Tells whether a closed heap matters: a vanished one only if a device names it. */
  private static boolean isProblem(Closed heap, BrokerSnapshot snapshot) {
    return switch (heap.kind()) {
      case MISSING -> false;
      case NO_PERMISSION, FAILED -> true;
      case VANISHED ->
          snapshot.devices().stream()
              .anyMatch(
                  device ->
                      device
                          .constraints()
                          .permittedHeaps()
                          .filter(names -> names.contains(heap.heap()))
                          .isPresent());
    };
  }

  private static boolean isImportable(HeapState heap) {
    return heap.vanished().isEmpty() && heap.traits().deviceAccess().is(true);
  }
}
