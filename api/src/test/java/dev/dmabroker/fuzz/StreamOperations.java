package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.CONSUMERS;
import static dev.dmabroker.fuzz.Things.DEVICES;
import static dev.dmabroker.fuzz.Things.STREAMS;
import static dev.dmabroker.fuzz.Things.SUBSCRIPTIONS;

import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Consumer;
import dev.dmabroker.fuzz.Things.Stream;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;

/** What a walk does with streams, their consumers and subscribers. */
final class StreamOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("BufferStream.start()", 25, StreamOperations::start),
          new Operation("BufferStream.stop()", 4, StreamOperations::stop),
          new Operation("BufferStream.stop(Duration)", 5, StreamOperations::stopWithin),
          new Operation("BufferStream.close()", 2, StreamOperations::close),
          new Operation("BufferStream.snapshot()", 10, StreamOperations::snapshot),
          new Operation("BufferStream.remove(int)", 4, StreamOperations::remove),
          new Operation("BufferStream.consumer(Device,Policy)", 20, StreamOperations::consumer),
          new Operation("BufferStream.publisher(Device,Policy)", 10, StreamOperations::publisher),
          new Operation("getters of BufferStream", 5, Things.getters(STREAMS, Stream::stream)),
          new Operation("StreamConsumer.close()", 4, StreamOperations::closeConsumer),
          new Operation(
              "getters of StreamConsumer", 3, Things.getters(CONSUMERS, Consumer::consumer)),
          new Operation("a subscriber requests", 15, StreamOperations::request),
          new Operation("a subscriber cancels", 2, StreamOperations::cancel));

  private StreamOperations() {}

  private static Operation.Action start(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    return world -> world.get(stream).stream().start();
  }

  private static Operation.Action stop(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    return world -> world.get(stream).stream().stop();
  }

  private static Operation.Action stopWithin(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Duration deadline = draw.timeout();
    return world -> world.get(stream).stream().stop(deadline);
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Stream> stream = draw.closing(STREAMS);
    return world -> stream.in(world).stream().close();
  }

  private static Operation.Action snapshot(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    return world -> {
      StreamState state = world.get(stream).stream().snapshot();
      try {
        SnapshotInvariants.check(state);
      } catch (AssertionError e) {
        throw new Finding("an invariant is broken", e);
      }
      Getters.readAll(state, world.oracles);
    };
  }

  private static Operation.Action remove(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    int index = draw.known(List.of(0, 1, 2, -1, Integer.MAX_VALUE, Integer.MIN_VALUE));
    return world -> {
      boolean unused = world.get(stream).stream().remove(index);
    };
  }

  // ---- Consumers ----

  private static Operation.Action consumer(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Ref<Device> device = draw.argument(DEVICES);
    StreamConsumer.Policy policy = draw.of(StreamConsumer.Policy.class);
    Ref<Consumer> to = draw.slot(CONSUMERS);
    return world -> {
      Stream of = world.get(stream);
      StreamConsumer consumer = of.stream().consumer(world.argument(device), policy);
      world.put(to, new Consumer(consumer, of));
    };
  }

  private static Operation.Action closeConsumer(Draw draw) {
    Draw.Closing<Consumer> consumer = draw.closing(CONSUMERS);
    return world -> consumer.in(world).consumer().close();
  }

  private static Operation.Action publisher(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Ref<Device> device = draw.argument(DEVICES);
    StreamConsumer.Policy policy = draw.of(StreamConsumer.Policy.class);
    Ref<Flow.Subscription> to = draw.slot(SUBSCRIPTIONS);
    return world -> {
      Stream of = world.get(stream);
      Flow.Publisher<Frame> publisher = of.stream().publisher(world.argument(device), policy);
      publisher.subscribe(new Subscriber(world, of, to));
    };
  }

  private static Operation.Action request(Draw draw) {
    Ref<Flow.Subscription> subscription = draw.slot(SUBSCRIPTIONS);
    long count = draw.known(List.of(1L, 2L, 5L, Long.MAX_VALUE, 0L, -1L));
    return world -> world.get(subscription).request(count);
  }

  private static Operation.Action cancel(Draw draw) {
    Ref<Flow.Subscription> subscription = draw.slot(SUBSCRIPTIONS);
    return world -> world.take(subscription).cancel();
  }
}
