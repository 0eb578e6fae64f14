package dev.dmabroker.remote.internal.value;

import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.remote.internal.wire.AttachmentState;
import dev.dmabroker.remote.internal.wire.BufferState;
import dev.dmabroker.remote.internal.wire.DeviceState;
import dev.dmabroker.remote.internal.wire.LeaseState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes and reads the states of devices and buffers. */
final class BufferStates {
  private BufferStates() {}

  static DeviceState write(BrokerSnapshot.DeviceState device, UnaryOperator<String> names) {
    DeviceState.Builder message =
        DeviceState.newBuilder()
            .setName(names.apply(device.name()))
            .setConstraints(Values.write(device.constraints()))
            .setLongestHoldNanos(Plans.nanos(device.longestHold()));
    device.findings().forEach(finding -> message.addFindings(Findings.write(finding)));
    return message.build();
  }

  static BrokerSnapshot.DeviceState read(DeviceState message) throws BadMessageException {
    List<Device.Finding> findings = Findings.read(message.getFindingsList());
    return new StateRecords.DeviceState(
        message.getName(),
        Values.read(message.getConstraints()),
        Duration.ofNanos(message.getLongestHoldNanos()),
        findings);
  }

  static BufferState write(BrokerSnapshot.BufferState buffer, UnaryOperator<String> names) {
    BufferState.Builder message =
        BufferState.newBuilder()
            .setId(buffer.id())
            .setName(names.apply(buffer.name()))
            .setSince(Snapshots.nanos(buffer.since()))
            .setSpec(Specs.write(buffer.spec()))
            .setState(buffer.state().name())
            .setHeap(buffer.heap().orElse(""))
            .setGeneration(buffer.generation())
            .setSizeBytes(buffer.sizeBytes())
            .setResidentSince(buffer.residentSince().map(Snapshots::nanos).orElse(0L))
            .setWaiting(buffer.waiting())
            .setSeeking(buffer.seeking().map(names).orElse(""))
            .setRetired(buffer.retired())
            .setMoves(write(buffer.moves()))
            .setMaps(buffer.maps());
    for (BrokerSnapshot.AttachmentState each : buffer.attachments()) {
      message.addAttachments(
          AttachmentState.newBuilder()
              .setDevice(names.apply(each.device()))
              .setSince(Snapshots.nanos(each.since()))
              .setLeftOut(each.leftOut()));
    }
    buffer.holders().forEach(each -> message.addHolders(Failures.write(each, names)));
    buffer.pinned().forEach(each -> message.addPinned(names.apply(each)));
    buffer.leases().forEach(each -> message.addLeases(write(each, names)));
    return message.build();
  }

  private static LeaseState write(BrokerSnapshot.LeaseState lease, UnaryOperator<String> names) {
    return LeaseState.newBuilder()
        .setDevice(names.apply(lease.device()))
        .setHolder(names.apply(lease.holder()))
        .setAccess(Specs.write(lease.access()))
        .setSince(Snapshots.nanos(lease.since()))
        .setGeneration(lease.generation())
        .setUses(lease.uses())
        .setOpen(lease.open())
        .build();
  }

  private static dev.dmabroker.remote.internal.wire.MoveStats write(MoveStats moves) {
    return dev.dmabroker.remote.internal.wire.MoveStats.newBuilder()
        .setDone(moves.done())
        .setRolledBack(moves.rolledBack())
        .setAttempts(moves.attempts())
        .setMaxAttempts(moves.maxAttempts())
        .setBackOffNanos(Plans.nanos(moves.backOff()))
        .setCopiedBytes(moves.copiedBytes())
        .setLongestStallNanos(Plans.nanos(moves.longestStall()))
        .setLongestDrainNanos(Plans.nanos(moves.longestDrain()))
        .build();
  }

  static BrokerSnapshot.BufferState read(BufferState message) throws BadMessageException {
    List<BrokerSnapshot.AttachmentState> attachments = new ArrayList<>();
    for (AttachmentState each : message.getAttachmentsList()) {
      attachments.add(
          new StateRecords.AttachmentState(
              each.getDevice(), Snapshots.moment(each.getSince()), each.getLeftOut()));
    }
    List<BrokerSnapshot.LeaseState> leases = new ArrayList<>();
    for (LeaseState each : message.getLeasesList()) {
      leases.add(read(each));
    }
    return new StateRecords.BufferState(
        message.getId(),
        message.getName(),
        Snapshots.moment(message.getSince()),
        Specs.read(message.getSpec()),
        Names.value(SharedBuffer.State.class, message.getState()),
        Names.optional(message.getHeap()),
        message.getGeneration(),
        message.getSizeBytes(),
        message.getResidentSince() == 0
            ? Optional.empty()
            : Optional.of(Snapshots.moment(message.getResidentSince())),
        attachments,
        Failures.holders(message.getHoldersList()),
        leases,
        message.getPinnedList(),
        message.getWaiting(),
        Names.optional(message.getSeeking()),
        message.getRetired(),
        read(message.getMoves()),
        message.getMaps());
  }

  private static BrokerSnapshot.LeaseState read(LeaseState message) throws BadMessageException {
    return new StateRecords.LeaseState(
        message.getDevice(),
        message.getHolder(),
        Specs.read(message.getAccess()),
        Snapshots.moment(message.getSince()),
        message.getGeneration(),
        message.getUses(),
        message.getOpen());
  }

  private static MoveStats read(dev.dmabroker.remote.internal.wire.MoveStats message) {
    return new StateRecords.MoveStats(
        message.getDone(),
        message.getRolledBack(),
        message.getAttempts(),
        message.getMaxAttempts(),
        Duration.ofNanos(message.getBackOffNanos()),
        message.getCopiedBytes(),
        Duration.ofNanos(message.getLongestStallNanos()),
        Duration.ofNanos(message.getLongestDrainNanos()));
  }
}
