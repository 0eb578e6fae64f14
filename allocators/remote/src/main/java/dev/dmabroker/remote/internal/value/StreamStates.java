package dev.dmabroker.remote.internal.value;

import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.remote.internal.wire.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes and reads the states of streams. */
public final class StreamStates {
  private StreamStates() {}

  /**
   * Writes a state.
   *
   * @param names turns each text with names into what the receiver is told
   */
  public static dev.dmabroker.remote.internal.wire.StreamState write(
      StreamState state, UnaryOperator<String> names) {
    var message =
        dev.dmabroker.remote.internal.wire.StreamState.newBuilder()
            .setName(names.apply(state.name()))
            .setState(state.state().name())
            .setDepth(state.depth())
            .setFloor(state.floor())
            .setMaxBuffers(state.maxBuffers())
            .setSizeBytes(state.sizeBytes())
            .setFree(state.free())
            .setFilling(state.filling())
            .setInFlight(state.inFlight())
            .setWaiting(state.waiting())
            .setSubmitted(state.submitted())
            .setFailed(state.failed())
            .setStarved(state.starved())
            .setGrown(state.grown())
            .setShrunk(state.shrunk())
            .setRefused(state.refused())
            .setScrubbed(state.scrubbed())
            .setLeftOut(state.leftOut())
            .setHeldBack(state.heldBack().map(names).orElse(""))
            .setProducer(write(state.producer(), names));
    for (StreamState.ConsumerState each : state.consumers()) {
      message.addConsumers(
          dev.dmabroker.remote.internal.wire.StreamState.ConsumerState.newBuilder()
              .setPolicy(write(each.policy()))
              .setQueued(each.queued())
              .setDropped(each.dropped())
              .setHolds(write(each.holds(), names)));
    }
    return message.build();
  }

  private static dev.dmabroker.remote.internal.wire.StreamState.Holds write(
      StreamState.Holds holds, UnaryOperator<String> names) {
    return dev.dmabroker.remote.internal.wire.StreamState.Holds.newBuilder()
        .setDevice(names.apply(holds.device()))
        .setNow(holds.now())
        .setMost(holds.most())
        .setCamping(holds.camping())
        .setEnded(holds.ended())
        .setTotalNanos(Plans.nanos(holds.total()))
        .setLongestNanos(Plans.nanos(holds.longest()))
        .setLongestHoldNanos(Plans.nanos(holds.longestHold()))
        .setOverheld(holds.overheld())
        .build();
  }

  /** Writes a policy. */
  public static Policy write(StreamConsumer.Policy policy) {
    return policy == StreamConsumer.Policy.LATEST ? Policy.LATEST : Policy.EVERY_FRAME;
  }

  /** Reads a policy. */
  public static StreamConsumer.Policy read(Policy policy) {
    return policy == Policy.LATEST
        ? StreamConsumer.Policy.LATEST
        : StreamConsumer.Policy.EVERY_FRAME;
  }

  /**
   * Reads a state.
   *
   * @throws BadMessageException if a value is unknown
   */
  public static StreamState read(dev.dmabroker.remote.internal.wire.StreamState message)
      throws BadMessageException {
    List<StreamState.ConsumerState> consumers = new ArrayList<>();
    for (var each : message.getConsumersList()) {
      consumers.add(
          new StateRecords.ConsumerState(
              read(each.getPolicy()), each.getQueued(), each.getDropped(), read(each.getHolds())));
    }
    return new StateRecords.StreamState(
        message.getName(),
        Names.value(BufferStream.State.class, message.getState()),
        message.getDepth(),
        message.getFloor(),
        message.getMaxBuffers(),
        message.getSizeBytes(),
        message.getFree(),
        message.getFilling(),
        message.getInFlight(),
        message.getWaiting(),
        message.getSubmitted(),
        message.getFailed(),
        message.getStarved(),
        message.getGrown(),
        message.getShrunk(),
        message.getRefused(),
        message.getScrubbed(),
        message.getLeftOut(),
        Names.optional(message.getHeldBack()),
        read(message.getProducer()),
        consumers);
  }

  private static StreamState.Holds read(
      dev.dmabroker.remote.internal.wire.StreamState.Holds message) {
    return new StateRecords.Holds(
        message.getDevice(),
        message.getNow(),
        message.getMost(),
        message.getCamping(),
        message.getEnded(),
        Duration.ofNanos(message.getTotalNanos()),
        Duration.ofNanos(message.getLongestNanos()),
        Duration.ofNanos(message.getLongestHoldNanos()),
        message.getOverheld());
  }
}
