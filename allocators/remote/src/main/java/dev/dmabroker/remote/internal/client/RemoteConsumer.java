package dev.dmabroker.remote.internal.client;

import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.CloseConsumer;
import dev.dmabroker.remote.internal.wire.FrameReady;
import dev.dmabroker.remote.internal.wire.Release;
import dev.dmabroker.remote.internal.wire.Take;
import dev.dmabroker.remote.internal.wire.ToService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a service's stream. Each take asks for one frame, and a frame comes as soon as
 * there is one; the service holds none for this consumer that was not asked for. Thread-safe.
 */
public final class RemoteConsumer implements StreamConsumer {
  private final Link link;
  private final RemoteStream stream;
  private final RemoteDevice device;
  private final Policy policy;
  private final long identity;
  private final Map<Integer, Memories.Slot> slots = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Frames that came when the future that asked was ended; the next takes get them. */
  private final ArrayDeque<RemoteFrame> late = new ArrayDeque<>();

  RemoteConsumer(
      Link link, RemoteStream stream, RemoteDevice device, Policy policy, long identity) {
    this.link = link;
    this.stream = stream;
    this.device = device;
    this.policy = policy;
    this.identity = identity;
  }

  long identity() {
    return identity;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Policy policy() {
    return policy;
  }

  private ToService.Builder request(Take.Builder request) {
    return ToService.newBuilder().setTake(request.setConsumer(identity));
  }

  private static Take.Builder within(Duration timeout) {
    return Take.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout)));
  }

  private RemoteFrame read(Link.Answer answer) throws BadMessageException {
    FrameReady taken = answer.message().getTaken();
    Memories.Slot slot = slots.computeIfAbsent(taken.getIndex(), unused -> new Memories.Slot());
    Memories.Use memory;
    try {
      memory = link.memories().use(slot, taken.getMemory(), answer.packet());
    } catch (BadMessageException | RuntimeException | Error e) {
      link.tell( // It cannot be read, as its memory did not come.
          ToService.newBuilder()
              .setRelease(Release.newBuilder().setConsumer(identity).setFrame(taken.getFrame())));
      throw e;
    }
    return new RemoteFrame(
        link, this, taken.getFrame(), taken.getIndex(), taken.getSequence(), memory);
  }

  private Frame get(Take.Builder request) {
    RemoteFrame waiting = pollLate();
    return waiting != null ? waiting : link.get(request(request), this::read);
  }

  @Override
  public Frame take() {
    return get(Take.newBuilder());
  }

  @Override
  public Frame take(Duration timeout) {
    return get(within(timeout));
  }

  @Override
  public Optional<Frame> tryTake() {
    try {
      return Optional.of(get(Take.newBuilder().setNowOrNever(true)));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  private CompletableFuture<Frame> later(Take.Builder request) {
    RemoteFrame waiting = pollLate();
    return waiting != null
        ? CompletableFuture.completedFuture(waiting)
        : link.<Frame>askLater(request(request), this::read, frame -> keep((RemoteFrame) frame));
  }

  @Override
  public CompletableFuture<Frame> takeAsync() {
    return later(Take.newBuilder().setNoDeadline(true));
  }

  @Override
  public CompletableFuture<Frame> takeAsync(Duration timeout) {
    return later(within(timeout));
  }

  private synchronized @Nullable RemoteFrame pollLate() {
    return late.poll();
  }

  private void keep(RemoteFrame frame) {
    synchronized (this) {
      if (!closed.get()) {
        late.add(frame);
        return;
      }
    }
    frame.close();
  }

  /** Has something run when the stream is known to give no more frames. */
  void onEnd(Runnable over) {}

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseConsumer(CloseConsumer.newBuilder().setConsumer(identity)));
    List<RemoteFrame> left;
    synchronized (this) {
      left = List.copyOf(late);
      late.clear();
    }
    left.forEach(RemoteFrame::close);
    slots.values().forEach(link.memories()::close);
  }

  @Override
  public String toString() {
    return "the consumer of "
        + stream.spec().name()
        + " for "
        + device.name()
        + (closed.get() ? ", closed" : "");
  }
}
