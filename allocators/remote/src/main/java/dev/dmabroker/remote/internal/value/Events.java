package dev.dmabroker.remote.internal.value;

import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.remote.internal.wire.Told;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads events. */
public final class Events {
  private Events() {}

  /**
   * Reads an event.
   *
   * @return tells a listener of it; empty if this version does not know the event
   * @throws BadMessageException if a value is unknown or out of bounds
   */
  public static Optional<Consumer<BrokerListener>> read(Told message) throws BadMessageException {
    return switch (message.getEventCase()) {
      case ATTACHED, REFUSED, LEFT_OUT, HEAPS_CHANGED -> ofAttachments(message);
      case ALLOCATED, HEAP_REFUSED, MOVED, MOVE_ROLLED_BACK, RELEASED -> ofMemory(message);
      case FENCE_FAILED, STALLED, LEASE_RECALLED, LEASE_RETURNED -> ofMappings(message);
      case STREAM_CHANGED, STREAM_RESIZED, STREAM_HELD_BACK, FRAME_DROPPED, OVERHELD ->
          ofStreams(message);
      case BROKER_CLOSED -> Optional.of(BrokerListener::brokerClosed);
      case EVENT_NOT_SET -> Optional.empty();
    };
  }

  private static Optional<Consumer<BrokerListener>> ofAttachments(Told message)
      throws BadMessageException {
    switch (message.getEventCase()) {
      case ATTACHED -> {
        var it = message.getAttached();
        var event =
            new EventRecords.DeviceAttached(
                it.getBufferId(),
                it.getBuffer(),
                Specs.read(it.getSpec()),
                new User(
                    it.getDevice(), Values.read(it.getConstraints()), Specs.read(it.getAccess())),
                it.getBeforeList(),
                Names.optional(it.getHeap()));
        return Optional.of(listener -> listener.attached(event));
      }
      case REFUSED -> {
        var it = message.getRefused();
        if (!(Failures.read(it.getExplanation()) instanceof UnsatisfiableException why)) {
          throw new BadMessageException("an attachment is refused, and not as unsatisfiable");
        }
        var event = new EventRecords.AttachRefused(it.getBuffer(), it.getDevice(), why);
        return Optional.of(listener -> listener.refused(event));
      }
      case LEFT_OUT -> {
        var it = message.getLeftOut();
        var event = new EventRecords.DeviceLeftOut(it.getBuffer(), it.getDevice(), it.getLeftOut());
        return Optional.of(listener -> listener.leftOut(event));
      }
      default -> {
        var it = message.getHeapsChanged();
        var event =
            new EventRecords.HeapsChanged(
                it.getJoinedList(),
                Snapshots.closed(it.getVanishedList()),
                Snapshots.closed(it.getRefusedList()));
        return Optional.of(listener -> listener.heapsChanged(event));
      }
    }
  }

  private static Optional<Consumer<BrokerListener>> ofMemory(Told message)
      throws BadMessageException {
    switch (message.getEventCase()) {
      case ALLOCATED -> {
        var it = message.getAllocated();
        var event =
            new EventRecords.MemoryAllocated(
                it.getBuffer(),
                it.getHeap(),
                it.getSizeBytes(),
                Duration.ofNanos(it.getTookNanos()));
        return Optional.of(listener -> listener.allocated(event));
      }
      case HEAP_REFUSED -> {
        var it = message.getHeapRefused();
        var event =
            new EventRecords.HeapRefusal(
                it.getBuffer(),
                it.getHeap(),
                it.getSizeBytes(),
                Names.value(HeapException.Kind.class, it.getKind()),
                it.getReason());
        return Optional.of(listener -> listener.heapRefused(event));
      }
      case MOVED -> {
        BufferMove event = read(message.getMoved());
        return Optional.of(listener -> listener.moved(event));
      }
      case MOVE_ROLLED_BACK -> {
        BufferMove event = read(message.getMoveRolledBack());
        return Optional.of(listener -> listener.moveRolledBack(event));
      }
      default -> {
        var it = message.getReleased();
        var event =
            new EventRecords.MemoryReleased(it.getBuffer(), it.getHeap(), it.getSizeBytes());
        return Optional.of(listener -> listener.released(event));
      }
    }
  }

  private static BufferMove read(Told.BufferMove it) throws BadMessageException {
    return new EventRecords.BufferMove(
        it.getBuffer(),
        it.getFrom(),
        Names.optional(it.getTo()),
        Names.value(BufferMove.Cause.class, it.getCause()),
        it.getBeneficiary(),
        it.getGeneration(),
        it.getAttempt(),
        it.getMaxAttempts(),
        it.getSizeBytes(),
        it.getCopiedBytes(),
        it.getPlacedBytes(),
        Duration.ofNanos(it.getPrepareNanos()),
        Duration.ofNanos(it.getStallNanos()),
        Duration.ofNanos(it.getDrainNanos()),
        Duration.ofNanos(it.getDeadlineNanos()),
        Duration.ofNanos(it.getCopyNanos()),
        Duration.ofNanos(it.getBackOffNanos()),
        Names.optional(it.getFailure()),
        Failures.holders(it.getHoldersList()));
  }

  private static Optional<Consumer<BrokerListener>> ofMappings(Told message)
      throws BadMessageException {
    switch (message.getEventCase()) {
      case FENCE_FAILED -> {
        var it = message.getFenceFailed();
        var event =
            new EventRecords.FenceFailure(
                it.getBuffer(), it.getDevice(), Specs.read(it.getAccess()), it.getErrno());
        return Optional.of(listener -> listener.fenceFailed(event));
      }
      case STALLED -> {
        var it = message.getStalled();
        var event =
            new EventRecords.MapStalled(
                it.getBuffer(),
                it.getDevice(),
                Duration.ofNanos(it.getWaitedNanos()),
                it.getGranted());
        return Optional.of(listener -> listener.stalled(event));
      }
      case LEASE_RECALLED -> {
        var it = message.getLeaseRecalled();
        var event =
            new EventRecords.LeaseRecalled(
                it.getBuffer(),
                it.getDevice(),
                it.getHolder(),
                Specs.read(it.getAccess()),
                it.getGeneration(),
                Names.value(LeaseRecalled.Cause.class, it.getCause()),
                Names.optional(it.getBeneficiary()),
                it.getUses());
        return Optional.of(listener -> listener.leaseRecalled(event));
      }
      default -> {
        var it = message.getLeaseReturned();
        var event =
            new EventRecords.LeaseReturned(
                it.getBuffer(),
                it.getDevice(),
                it.getHolder(),
                Specs.read(it.getAccess()),
                it.getGeneration(),
                Names.value(LeaseRecalled.Cause.class, it.getCause()),
                Duration.ofNanos(it.getTookNanos()));
        return Optional.of(listener -> listener.leaseReturned(event));
      }
    }
  }

  private static Optional<Consumer<BrokerListener>> ofStreams(Told message)
      throws BadMessageException {
    switch (message.getEventCase()) {
      case STREAM_CHANGED -> {
        var it = message.getStreamChanged();
        var event =
            new EventRecords.StreamChanged(
                it.getStream(),
                Names.value(StreamChanged.Change.class, it.getChange()),
                it.getDevice());
        return Optional.of(listener -> listener.streamChanged(event));
      }
      case STREAM_RESIZED -> {
        var it = message.getStreamResized();
        var event =
            new EventRecords.StreamResized(
                it.getStream(), it.getBefore(), it.getAfter(), it.getSizeBytes(), it.getReason());
        return Optional.of(listener -> listener.streamResized(event));
      }
      case STREAM_HELD_BACK -> {
        var it = message.getStreamHeldBack();
        var event = new EventRecords.StreamHeldBack(it.getStream(), it.getDepth(), it.getReason());
        return Optional.of(listener -> listener.streamHeldBack(event));
      }
      case FRAME_DROPPED -> {
        var it = message.getFrameDropped();
        var event =
            new EventRecords.FrameDropped(
                it.getStream(),
                it.getConsumer(),
                it.getSequence(),
                Names.value(FrameDropped.Reason.class, it.getReason()));
        return Optional.of(listener -> listener.frameDropped(event));
      }
      default -> {
        var it = message.getOverheld();
        var event =
            new EventRecords.Overheld(
                it.getStream(),
                it.getDevice(),
                Names.value(Overheld.Excess.class, it.getExcess()),
                it.getIndex(),
                Duration.ofNanos(it.getHeldNanos()),
                Duration.ofNanos(it.getLongestHoldNanos()),
                it.getCount(),
                it.getCamping());
        return Optional.of(listener -> listener.overheld(event));
      }
    }
  }
}
