package dev.dmabroker.remote.internal.value;

import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.event.DeviceLeftOut;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.event.LeaseReturned;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.event.StreamHeldBack;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.remote.internal.wire.Done;
import dev.dmabroker.remote.internal.wire.Told;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Writes the events of a broker that one client may see: those of heaps, and those of buffers and
 * streams that are shown to it. Leaks, and what the check of access finds, are the service's own.
 */
public final class EventWriter implements BrokerListener {
  private final Predicate<String> shown;
  private final UnaryOperator<String> names;
  private final Consumer<Told.Builder> told;

  /**
   * Makes a listener that writes.
   *
   * @param shown whether the client sees the buffer or stream of this name
   * @param names turns each text with names into what the client is told
   * @param told is given each event, in the thread that tells it
   */
  public EventWriter(
      Predicate<String> shown, UnaryOperator<String> names, Consumer<Told.Builder> told) {
    this.shown = shown;
    this.names = names;
    this.told = told;
  }

  private String text(String text) {
    return names.apply(text);
  }

  private void tell(String of, Consumer<Told.Builder> write) {
    if (shown.test(of)) {
      Told.Builder message = Told.newBuilder();
      write.accept(message);
      told.accept(message);
    }
  }

  @Override
  public void attached(DeviceAttached event) {
    tell(
        event.buffer(),
        message -> {
          var attached =
              Told.DeviceAttached.newBuilder()
                  .setBufferId(event.bufferId())
                  .setBuffer(text(event.buffer()))
                  .setSpec(Specs.write(event.spec()))
                  .setDevice(text(event.device().device()))
                  .setConstraints(Values.write(event.device().constraints()))
                  .setAccess(Specs.write(event.device().access()))
                  .setHeap(event.heap().orElse(""));
          event.before().forEach(each -> attached.addBefore(text(each)));
          message.setAttached(attached);
        });
  }

  @Override
  public void refused(AttachRefused event) {
    tell(
        event.buffer(),
        message ->
            message.setRefused(
                Told.AttachRefused.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setExplanation(Failures.write(event.explanation(), names))));
  }

  @Override
  public void leftOut(DeviceLeftOut event) {
    tell(
        event.buffer(),
        message ->
            message.setLeftOut(
                Told.DeviceLeftOut.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setLeftOut(event.leftOut())));
  }

  @Override
  public void allocated(MemoryAllocated event) {
    tell(
        event.buffer(),
        message ->
            message.setAllocated(
                Told.MemoryAllocated.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setHeap(event.heap())
                    .setSizeBytes(event.sizeBytes())
                    .setTookNanos(Plans.nanos(event.took()))));
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    tell(
        event.buffer(),
        message ->
            message.setHeapRefused(
                Told.HeapRefusal.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setHeap(event.heap())
                    .setSizeBytes(event.sizeBytes())
                    .setKind(event.kind().name())
                    .setReason(event.reason())));
  }

  @Override
  public void heapsChanged(HeapsChanged event) {
    var changed = Told.HeapsChanged.newBuilder().addAllJoined(event.joined());
    event.vanished().forEach(heap -> changed.addVanished(Snapshots.write(heap)));
    event.refused().forEach(heap -> changed.addRefused(Snapshots.write(heap)));
    told.accept(Told.newBuilder().setHeapsChanged(changed));
  }

  @Override
  public void moved(BufferMove event) {
    tell(event.buffer(), message -> message.setMoved(write(event)));
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    tell(event.buffer(), message -> message.setMoveRolledBack(write(event)));
  }

  private Told.BufferMove write(BufferMove move) {
    Told.BufferMove.Builder message =
        Told.BufferMove.newBuilder()
            .setBuffer(text(move.buffer()))
            .setFrom(move.from())
            .setTo(move.to().orElse(""))
            .setCause(move.cause().name())
            .setBeneficiary(text(move.beneficiary()))
            .setGeneration(move.generation())
            .setAttempt(move.attempt())
            .setMaxAttempts(move.maxAttempts())
            .setSizeBytes(move.sizeBytes())
            .setCopiedBytes(move.copiedBytes())
            .setPlacedBytes(move.placedBytes())
            .setPrepareNanos(Plans.nanos(move.prepare()))
            .setStallNanos(Plans.nanos(move.stall()))
            .setDrainNanos(Plans.nanos(move.drain()))
            .setDeadlineNanos(Plans.nanos(move.deadline()))
            .setCopyNanos(Plans.nanos(move.copy()))
            .setBackOffNanos(Plans.nanos(move.backOff()))
            .setFailure(text(move.failure().orElse("")));
    move.holders().forEach(holder -> message.addHolders(Failures.write(holder, names)));
    return message.build();
  }

  @Override
  public void fenceFailed(FenceFailure event) {
    tell(
        event.buffer(),
        message ->
            message.setFenceFailed(
                Told.FenceFailure.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setAccess(Specs.write(event.access()))
                    .setErrno(event.errno())));
  }

  @Override
  public void stalled(MapStalled event) {
    tell(
        event.buffer(),
        message ->
            message.setStalled(
                Told.MapStalled.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setWaitedNanos(Plans.nanos(event.waited()))
                    .setGranted(event.granted())));
  }

  @Override
  public void leaseRecalled(LeaseRecalled event) {
    tell(
        event.buffer(),
        message ->
            message.setLeaseRecalled(
                Told.LeaseRecalled.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setHolder(text(event.holder()))
                    .setAccess(Specs.write(event.access()))
                    .setGeneration(event.generation())
                    .setCause(event.cause().name())
                    .setBeneficiary(text(event.beneficiary().orElse("")))
                    .setUses(event.uses())));
  }

  @Override
  public void leaseReturned(LeaseReturned event) {
    tell(
        event.buffer(),
        message ->
            message.setLeaseReturned(
                Told.LeaseReturned.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setDevice(text(event.device()))
                    .setHolder(text(event.holder()))
                    .setAccess(Specs.write(event.access()))
                    .setGeneration(event.generation())
                    .setCause(event.cause().name())
                    .setTookNanos(Plans.nanos(event.took()))));
  }

  @Override
  public void released(MemoryReleased event) {
    tell(
        event.buffer(),
        message ->
            message.setReleased(
                Told.MemoryReleased.newBuilder()
                    .setBuffer(text(event.buffer()))
                    .setHeap(event.heap())
                    .setSizeBytes(event.sizeBytes())));
  }

  @Override
  public void streamChanged(StreamChanged event) {
    tell(
        event.stream(),
        message ->
            message.setStreamChanged(
                Told.StreamChanged.newBuilder()
                    .setStream(text(event.stream()))
                    .setChange(event.change().name())
                    .setDevice(text(event.device()))));
  }

  @Override
  public void streamResized(StreamResized event) {
    tell(
        event.stream(),
        message ->
            message.setStreamResized(
                Told.StreamResized.newBuilder()
                    .setStream(text(event.stream()))
                    .setBefore(event.before())
                    .setAfter(event.after())
                    .setSizeBytes(event.sizeBytes())
                    .setReason(text(event.reason()))));
  }

  @Override
  public void streamHeldBack(StreamHeldBack event) {
    tell(
        event.stream(),
        message ->
            message.setStreamHeldBack(
                Told.StreamHeldBack.newBuilder()
                    .setStream(text(event.stream()))
                    .setDepth(event.depth())
                    .setReason(text(event.reason()))));
  }

  @Override
  public void frameDropped(FrameDropped event) {
    tell(
        event.stream(),
        message ->
            message.setFrameDropped(
                Told.FrameDropped.newBuilder()
                    .setStream(text(event.stream()))
                    .setConsumer(text(event.consumer()))
                    .setSequence(event.sequence())
                    .setReason(event.reason().name())));
  }

  @Override
  public void overheld(Overheld event) {
    tell(
        event.stream(),
        message ->
            message.setOverheld(
                Told.Overheld.newBuilder()
                    .setStream(text(event.stream()))
                    .setDevice(text(event.device()))
                    .setExcess(event.excess().name())
                    .setIndex(event.index())
                    .setHeldNanos(Plans.nanos(event.held()))
                    .setLongestHoldNanos(Plans.nanos(event.longestHold()))
                    .setCount(event.count())
                    .setCamping(event.camping())));
  }

  @Override
  public void brokerClosed() {
    told.accept(Told.newBuilder().setBrokerClosed(Done.getDefaultInstance()));
  }
}
