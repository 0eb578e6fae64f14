package dev.dmabroker.remote.internal.client;

import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.FramePublisher;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.value.StreamStates;
import dev.dmabroker.remote.internal.value.Values;
import dev.dmabroker.remote.internal.wire.Acquire;
import dev.dmabroker.remote.internal.wire.Acquired;
import dev.dmabroker.remote.internal.wire.CloseStream;
import dev.dmabroker.remote.internal.wire.Consume;
import dev.dmabroker.remote.internal.wire.GiveBack;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.MakeStream;
import dev.dmabroker.remote.internal.wire.RemoveBuffer;
import dev.dmabroker.remote.internal.wire.StartStream;
import dev.dmabroker.remote.internal.wire.StopStream;
import dev.dmabroker.remote.internal.wire.StreamHandle;
import dev.dmabroker.remote.internal.wire.ToService;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stream of a service, at which this client may produce and consume. */
public final class RemoteStream implements BufferStream {
  private final Link link;
  private final StreamSpec spec;
  private final long identity;
  private final Map<Integer, Memories.Slot> slots = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private RemoteStream(Link link, StreamSpec spec, long identity) {
    this.link = link;
    this.spec = spec;
    this.identity = identity;
  }

  /** Makes a stream that is this client's. */
  public static RemoteStream make(Link link, StreamSpec spec) {
    MakeStream.Builder request =
        MakeStream.newBuilder()
            .setName(spec.name())
            .setBuffer(Specs.write(spec.buffer()))
            .setProducer(RemoteDevice.of(link, spec.producer()).identity())
            .setMinBuffers(spec.minBuffers())
            .setMaxBuffers(spec.maxBuffers())
            .setMaxBytes(spec.maxBytes() == Long.MAX_VALUE ? 0 : spec.maxBytes())
            .setQuietTimeNanos(Values.nanos(spec.quietTime()))
            .setStopDeadlineNanos(Values.nanos(spec.stopDeadline()));
    return link.get(
        ToService.newBuilder().setMakeStream(request),
        answer -> new RemoteStream(link, spec, answer.message().getStreamMade().getStream()));
  }

  /** A stream of another client that this client has opened. */
  public static RemoteStream opened(Link link, StreamHandle handle) throws BadMessageException {
    return new RemoteStream(
        link,
        StreamSpec.of(
            handle.getName(),
            Specs.read(handle.getBuffer()),
            new ShownDevice(handle.getProducer())),
        handle.getStream());
  }

  /** Where the buffer of a number lies, for frames that are filled. */
  private Memories.Slot slot(int index) {
    return slots.computeIfAbsent(index, unused -> new Memories.Slot());
  }

  @Override
  public StreamSpec spec() {
    return spec;
  }

  private void requireOpen(String intent) {
    if (closed.get()) {
      throw Exceptions.closed("cannot " + intent + ": stream " + spec.name() + " is closed");
    }
  }

  private Look.Builder look() {
    return Look.newBuilder().setStream(identity);
  }

  @Override
  public State state() {
    return closed.get() || link.isEnded() ? State.CLOSED : snapshot().state();
  }

  @Override
  public StreamState snapshot() {
    return link.get(
        ToService.newBuilder().setLook(look()),
        answer -> StreamStates.read(answer.message().getLooked().getStream()));
  }

  @Override
  public void start() {
    requireOpen("start " + spec.name());
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
                StopStream.newBuilder()
                    .setStream(identity)
                    .setHasDeadline(true)
                    .setDeadlineNanos(Durations.nanos(notNegative(deadline)))));
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseStream(CloseStream.newBuilder().setStream(identity)));
    slots.values().forEach(link.memories()::close);
  }

  // ---- The producer ----

  private ToService.Builder request(Acquire.Builder request) {
    requireOpen("acquire a buffer of " + spec.name());
    return ToService.newBuilder().setAcquire(request.setStream(identity));
  }

  private RemoteEmptyFrame read(Link.Answer answer) throws BadMessageException {
    Acquired acquired = answer.message().getAcquired();
    Memories.Use memory;
    try {
      memory =
          link.memories().use(slot(acquired.getIndex()), acquired.getMemory(), answer.packet());
    } catch (BadMessageException | RuntimeException | Error e) {
      link.tell( // It cannot be filled, as its memory did not come.
          ToService.newBuilder().setGiveBack(GiveBack.newBuilder().setFrame(acquired.getFrame())));
      throw e;
    }
    return new RemoteEmptyFrame(
        link,
        acquired.getFrame(),
        acquired.getIndex(),
        spec.name() + "-" + acquired.getIndex(),
        memory);
  }

  private static Acquire.Builder within(Duration timeout) {
    return Acquire.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout)));
  }

  private CompletableFuture<EmptyFrame> later(Acquire.Builder request) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(
          Exceptions.closed("cannot acquire: stream " + spec.name() + " is closed"));
    }
    return link.<EmptyFrame>askLater(
        request(request), this::read, frame -> ((RemoteEmptyFrame) frame).giveBack());
  }

  @Override
  public EmptyFrame acquire() {
    return link.get(request(Acquire.newBuilder()), this::read);
  }

  @Override
  public EmptyFrame acquire(Duration timeout) {
    return link.get(request(within(timeout)), this::read);
  }

  @Override
  public Optional<EmptyFrame> tryAcquire() {
    try {
      return Optional.of(link.get(request(Acquire.newBuilder().setNowOrNever(true)), this::read));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync() {
    return later(Acquire.newBuilder().setNoDeadline(true));
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync(Duration timeout) {
    return later(within(timeout));
  }

  // ---- The consumers ----

  @Override
  public StreamConsumer consumer(Device device, StreamConsumer.Policy policy) {
    return join(RemoteDevice.of(link, device), Objects.requireNonNull(policy, "policy"));
  }

  private RemoteConsumer join(RemoteDevice device, StreamConsumer.Policy policy) {
    requireOpen("attach " + device.name() + " to stream " + spec.name());
    return link.get(
        ToService.newBuilder()
            .setConsume(
                Consume.newBuilder()
                    .setStream(identity)
                    .setDevice(device.identity())
                    .setPolicy(StreamStates.write(policy))),
        answer ->
            new RemoteConsumer(
                link, this, device, policy, answer.message().getConsuming().getConsumer()));
  }

  /**
   * {@inheritDoc} A subscriber is told of the stream's end when it has requested a frame: the
   * service holds none for it that it has not requested.
   */
  @Override
  public Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy) {
    RemoteDevice ours = RemoteDevice.of(link, device);
    Objects.requireNonNull(policy, "policy");
    return new FramePublisher<>(
        ours.name() + " at " + spec.name(),
        () -> join(ours, policy),
        RemoteConsumer::onEnd,
        link.callbacks()::execute);
  }

  private static Duration notNegative(Duration deadline) {
    if (deadline.isNegative()) {
      throw new IllegalArgumentException("the deadline must not be negative, is " + deadline);
    }
    return deadline;
  }

  @Override
  public boolean remove(int index) {
    return link.get(
        ToService.newBuilder()
            .setRemoveBuffer(RemoveBuffer.newBuilder().setStream(identity).setIndex(index)),
        answer -> answer.message().getRemoved().getRemoved());
  }

  /** The service's identity of the stream. */
  public long identity() {
    return identity;
  }

  /**
   * The stream as one of this service's.
   *
   * @throws IllegalArgumentException if it is another broker's
   */
  public static RemoteStream of(Link link, BufferStream stream) {
    if (stream instanceof RemoteStream ours && ours.link == link) {
      return ours;
    }
    throw new IllegalArgumentException(
        "stream " + stream.spec().name() + " belongs to another broker");
  }

  @Override
  public String toString() {
    return "stream " + spec.name() + (closed.get() ? ", closed" : "");
  }
}
