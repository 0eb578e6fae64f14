package dev.dmabroker.remote.internal.value;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.remote.internal.wire.Budget;
import dev.dmabroker.remote.internal.wire.HeapState;
import dev.dmabroker.remote.internal.wire.MemoryPressure;
import dev.dmabroker.remote.internal.wire.Snapshot;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.MemoryPressure.Scope;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Writes what one client may see of a broker, and reads it: all heaps, and of devices, buffers,
 * budgets and streams those that are shown to it. Leaks and listeners are the service's own.
 */
public final class Snapshots {
  private Snapshots() {}

  /**
   * Writes a snapshot.
   *
   * @param shown whether the client sees what has this name
   * @param names turns each text with names into what the client is told
   */
  public static Snapshot write(
      BrokerSnapshot snapshot, Predicate<String> shown, UnaryOperator<String> names) {
    Snapshot.Builder message =
        Snapshot.newBuilder()
            .setTaken(nanos(snapshot.taken()))
            .setPendingFences(snapshot.fences().pending())
            .setFenceTrouble(snapshot.fences().trouble().orElse(""))
            .setClosed(snapshot.closed());
    snapshot.heaps().forEach(heap -> message.addHeaps(write(heap)));
    snapshot.memoryPressure().forEach(each -> message.addMemoryPressure(write(each)));
    snapshot.closedHeaps().forEach(heap -> message.addClosedHeaps(write(heap)));
    snapshot.devices().stream()
        .filter(device -> shown.test(device.name()))
        .forEach(device -> message.addDevices(BufferStates.write(device, names)));
    long maps = 0;
    for (BrokerSnapshot.BufferState buffer : snapshot.buffers()) {
      if (shown.test(buffer.name())) {
        message.addBuffers(BufferStates.write(buffer, names));
        maps += buffer.maps();
      }
    }
    snapshot.budgets().stream()
        .filter(budget -> shown.test(budget.name()))
        .forEach(budget -> message.addBudgets(write(budget, names)));
    snapshot.streams().stream()
        .filter(stream -> shown.test(stream.name()))
        .forEach(stream -> message.addStreams(StreamStates.write(stream, names)));
    return message.setMaps(maps).build();
  }

  /** A moment in nanoseconds since 1970. */
  static long nanos(Instant moment) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, moment);
  }

  /** The moment so many nanoseconds since 1970. */
  static Instant moment(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }

  private static HeapState write(BrokerSnapshot.HeapState heap) {
    return HeapState.newBuilder()
        .setName(heap.name())
        .addAllAliases(heap.aliases())
        .addAllTraits(Traits.write(heap.traits()))
        .setBackings(heap.backings())
        .setUsedBytes(heap.usedBytes())
        .setOthersBytes(heap.othersBytes())
        .setLingeringBackings(heap.lingering().backings())
        .setLingeringBytes(heap.lingering().sizeBytes())
        .setVanished(heap.vanished().orElse(""))
        .build();
  }

  private static MemoryPressure write(dev.dmabroker.spi.MemoryPressure pressure) {
    return MemoryPressure.newBuilder()
        .setScope(pressure.scope().name())
        .setSome(pressure.some())
        .setFull(pressure.full())
        .build();
  }

  static dev.dmabroker.remote.internal.wire.ClosedHeap write(HeapProvider.Closed heap) {
    return dev.dmabroker.remote.internal.wire.ClosedHeap.newBuilder()
        .setHeap(heap.heap())
        .setKind(heap.kind().name())
        .setReason(heap.reason())
        .setRemedy(heap.remedy())
        .build();
  }

  private static Budget write(BrokerSnapshot.BudgetState budget, UnaryOperator<String> names) {
    return Budget.newBuilder()
        .setName(names.apply(budget.name()))
        .setLimitBytes(budget.limitBytes())
        .setReservedBytes(budget.reservedBytes())
        .build();
  }

  /**
   * Reads a snapshot.
   *
   * @param listeners those of the reader
   * @param dropped how many events they missed
   * @throws BadMessageException if a value is unknown or out of bounds
   */
  public static BrokerSnapshot read(
      Snapshot message, List<BrokerSnapshot.ListenerState> listeners, long dropped)
      throws BadMessageException {
    List<BrokerSnapshot.HeapState> heaps = new ArrayList<>();
    for (HeapState heap : message.getHeapsList()) {
      heaps.add(read(heap));
    }
    List<dev.dmabroker.spi.MemoryPressure> pressure = new ArrayList<>();
    for (MemoryPressure each : message.getMemoryPressureList()) {
      pressure.add(read(each));
    }
    List<BrokerSnapshot.DeviceState> devices = new ArrayList<>();
    for (var device : message.getDevicesList()) {
      devices.add(BufferStates.read(device));
    }
    List<BrokerSnapshot.BufferState> buffers = new ArrayList<>();
    for (var buffer : message.getBuffersList()) {
      buffers.add(BufferStates.read(buffer));
    }
    List<dev.dmabroker.event.StreamState> streams = new ArrayList<>();
    for (var stream : message.getStreamsList()) {
      streams.add(StreamStates.read(stream));
    }
    List<BrokerSnapshot.BudgetState> budgets = new ArrayList<>();
    for (Budget budget : message.getBudgetsList()) {
      budgets.add(
          new StateRecords.BudgetState(
              budget.getName(), budget.getLimitBytes(), budget.getReservedBytes()));
    }
    return new StateRecords.BrokerSnapshot(
        moment(message.getTaken()),
        heaps,
        pressure,
        closed(message.getClosedHeapsList()),
        devices,
        buffers,
        budgets,
        streams,
        new StateRecords.FenceState(
            message.getPendingFences(), Names.optional(message.getFenceTrouble())),
        new StateRecords.LeakStats(0, 0, 0),
        listeners,
        dropped,
        message.getClosed(),
        message.getMaps());
  }

  private static BrokerSnapshot.HeapState read(HeapState message) throws BadMessageException {
    return new StateRecords.HeapState(
        message.getName(),
        new LinkedHashSet<>(message.getAliasesList()),
        Traits.read(message.getTraitsList()),
        message.getBackings(),
        message.getUsedBytes(),
        message.getOthersBytes(),
        new Lingering(message.getLingeringBackings(), message.getLingeringBytes()),
        Names.optional(message.getVanished()));
  }

  private static dev.dmabroker.spi.MemoryPressure read(MemoryPressure message)
      throws BadMessageException {
    Scope scope = Names.value(Scope.class, message.getScope());
    try {
      return new dev.dmabroker.spi.MemoryPressure(scope, message.getSome(), message.getFull());
    } catch (IllegalArgumentException e) {
      throw new BadMessageException("a memory pressure is wrong: " + e.getMessage(), e);
    }
  }

  static List<HeapProvider.Closed> closed(
      List<dev.dmabroker.remote.internal.wire.ClosedHeap> messages) throws BadMessageException {
    List<HeapProvider.Closed> closed = new ArrayList<>();
    for (var message : messages) {
      closed.add(
          new HeapProvider.Closed(
              message.getHeap(),
              Names.value(HeapProvider.Closed.Kind.class, message.getKind()),
              message.getReason(),
              message.getRemedy()));
    }
    return closed;
  }
}
