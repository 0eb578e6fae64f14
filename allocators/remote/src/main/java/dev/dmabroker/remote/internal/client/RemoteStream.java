package dev.dmabroker.remote.internal.client;

import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.remote.internal.wire.Acquire;
import dev.dmabroker.remote.internal.wire.CloseStream;
import dev.dmabroker.remote.internal.wire.Consume;
import dev.dmabroker.remote.internal.wire.Policy;
import dev.dmabroker.remote.internal.wire.RemoveBuffer;
import dev.dmabroker.remote.internal.wire.StartStream;
import dev.dmabroker.remote.internal.wire.StopStream;
import dev.dmabroker.remote.internal.wire.ToService;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stream of a service, at which this client may produce and consume. */
public final class RemoteStream implements BufferStream {
  /** Frames that may be under way to a consumer that takes every one. */
  private static final int CREDIT = 2;

  private final Link link;
  private final StreamSpec spec;
  private final long identity;
  private final Map<Integer, Memories.Slot> slots = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Reads the answer to what made the stream. */
  public RemoteStream(Link link, StreamSpec spec, long identity) {
    this.link = link;
    this.spec = spec;
    this.identity = identity;
  }

  /** Where the buffer of a number lies, for frames that are filled. */
  private Memories.Slot slot(int index) {
    return slots.computeIfAbsent(index, unused -> new Memories.Slot());
  }

  @Override
  public StreamSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    throw new UnsupportedOperationException("states do not cross yet");
  }

  @Override
  public StreamState snapshot() {
    throw new UnsupportedOperationException("states do not cross yet");
  }

  @Override
  public void start() {
    link.order(ToService.newBuilder().setStartStream(StartStream.newBuilder().setStream(identity)));
  }

  @Override
  public void stop() {
    link.order(ToService.newBuilder().setStopStream(StopStream.newBuilder().setStream(identity)));
  }

  @Override
  public void stop(Duration deadline) {
    link.order(
        ToService.newBuilder()
            .setStopStream(
                StopStream.newBuilder().setStream(identity).setDeadlineNanos(deadline.toNanos())));
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseStream(CloseStream.newBuilder().setStream(identity)));
    slots.values().forEach(link.memories()::close);
  }

  private CompletableFuture<EmptyFrame> ask(Acquire.Builder request) {
    return link.ask(
        ToService.newBuilder().setAcquire(request.setStream(identity)),
        answer -> {
          var acquired = answer.message().getAcquired();
          return new RemoteEmptyFrame(
              link,
              acquired.getFrame(),
              acquired.getIndex(),
              link.memories()
                  .use(slot(acquired.getIndex()), acquired.getMemory(), answer.packet()));
        });
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw e;
    }
  }

  @Override
  public EmptyFrame acquire() {
    return get(ask(Acquire.newBuilder()));
  }

  @Override
  public EmptyFrame acquire(Duration timeout) {
    return get(ask(Acquire.newBuilder().setTimeoutNanos(timeout.toNanos())));
  }

  @Override
  public Optional<EmptyFrame> tryAcquire() {
    try {
      return Optional.of(get(ask(Acquire.newBuilder().setNowOrNever(true))));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync(java.time.Duration timeout) {
    throw new UnsupportedOperationException("deadlines of acquires do not cross yet");
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync() {
    return ask(Acquire.newBuilder());
  }

  @Override
  public StreamConsumer consumer(Device device, StreamConsumer.Policy policy) {
    if (!(device instanceof RemoteDevice ours)) {
      throw new IllegalArgumentException(device + " is not a device of this service");
    }
    int credit = policy == StreamConsumer.Policy.LATEST ? 0 : CREDIT;
    return link.get(
        ToService.newBuilder()
            .setConsume(
                Consume.newBuilder()
                    .setStream(identity)
                    .setDevice(ours.identity())
                    .setCredit(credit)
                    .setPolicy(
                        policy == StreamConsumer.Policy.LATEST
                            ? Policy.LATEST
                            : Policy.EVERY_FRAME)),
        answer ->
            new RemoteConsumer(
                link, ours, policy, answer.message().getConsuming().getConsumer(), credit));
  }

  @Override
  public Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy) {
    throw new UnsupportedOperationException("publishers do not cross yet");
  }

  @Override
  public boolean remove(int index) {
    return link.get(
        ToService.newBuilder()
            .setRemoveBuffer(RemoveBuffer.newBuilder().setStream(identity).setIndex(index)),
        answer -> answer.message().getRemoved().getRemoved());
  }

  @Override
  public String toString() {
    return spec.name();
  }
}
