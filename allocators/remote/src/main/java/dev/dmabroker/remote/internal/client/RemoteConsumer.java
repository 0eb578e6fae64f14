package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Failures;
import dev.dmabroker.remote.internal.wire.CloseConsumer;
import dev.dmabroker.remote.internal.wire.Credit;
import dev.dmabroker.remote.internal.wire.Failure;
import dev.dmabroker.remote.internal.wire.FrameReady;
import dev.dmabroker.remote.internal.wire.Release;
import dev.dmabroker.remote.internal.wire.ToService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a service's stream. Frames come when the service has leave to send them (credit):
 * for EVERY_FRAME one that is taken lets the next come; for LATEST each take asks for the frame
 * that is the latest when the service looks. Thread-safe.
 */
public final class RemoteConsumer implements StreamConsumer {
  private final Link link;
  private final RemoteDevice device;
  private final Policy policy;
  private final long identity;
  private final Map<Integer, Memories.Slot> slots = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  // Guarded by this object.
  private final ArrayDeque<RemoteFrame> ready = new ArrayDeque<>();
  private final ArrayDeque<CompletableFuture<Frame>> takers = new ArrayDeque<>();
  private int credit;
  private boolean stopped;
  private @Nullable RuntimeException over;

  RemoteConsumer(Link link, RemoteDevice device, Policy policy, long identity, int credit) {
    this.link = link;
    this.device = device;
    this.policy = policy;
    this.identity = identity;
    this.credit = credit;
    link.consume(identity, this);
  }

  long identity() {
    return identity;
  }

  /** Takes what the service has sent. In the thread that receives. */
  void take(FrameReady message, Packet packet) throws BadMessageException {
    Memories.Use memory;
    try {
      memory =
          link.memories()
              .use(
                  slots.computeIfAbsent(message.getIndex(), unused -> new Memories.Slot()),
                  message.getMemory(),
                  packet);
    } catch (RuntimeException | BadMessageException e) {
      link.tell(
          ToService.newBuilder()
              .setRelease(Release.newBuilder().setConsumer(identity).setFrame(message.getFrame())));
      throw e;
    }
    RemoteFrame frame =
        new RemoteFrame(
            link, this, message.getFrame(), message.getIndex(), message.getSequence(), memory);
    CompletableFuture<Frame> taker;
    synchronized (this) {
      credit--;
      do {
        taker = takers.poll();
      } while (taker != null && taker.isDone());
      if (taker == null && !closed.get()) {
        ready.add(frame);
        return;
      }
    }
    if (taker == null || !taker.complete(frame)) {
      frame.close();
    }
  }

  /** Tells the takers why no frame comes. */
  void end(Failure why) throws BadMessageException {
    RuntimeException thrown = Failures.read(why);
    ArrayDeque<CompletableFuture<Frame>> waiting;
    synchronized (this) {
      credit = 0;
      if (thrown instanceof StreamStoppedException) {
        stopped = true;
      } else {
        over = thrown;
      }
      waiting = new ArrayDeque<>(takers);
      takers.clear();
    }
    waiting.forEach(each -> each.completeExceptionally(thrown));
  }

  /** The connection has ended. */
  void disconnected(RuntimeException why) {
    ArrayDeque<CompletableFuture<Frame>> waiting;
    synchronized (this) {
      over = why;
      waiting = new ArrayDeque<>(takers);
      takers.clear();
    }
    waiting.forEach(each -> each.completeExceptionally(why));
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Policy policy() {
    return policy;
  }

  @Override
  public CompletableFuture<Frame> takeAsync(java.time.Duration timeout) {
    throw new UnsupportedOperationException("deadlines of takes do not cross yet");
  }

  @Override
  public CompletableFuture<Frame> takeAsync() {
    CompletableFuture<Frame> taker = new CompletableFuture<>();
    RemoteFrame frame;
    int more = 0;
    synchronized (this) {
      if (over != null) {
        return CompletableFuture.failedFuture(over);
      }
      if (closed.get()) {
        return CompletableFuture.failedFuture(
            Exceptions.closed("the consumer of " + device + " is closed"));
      }
      frame = ready.poll();
      if (frame == null) {
        takers.add(taker);
      }
      int wanted = policy == Policy.LATEST ? takers.size() : takers.size() + 1;
      if (stopped || credit + ready.size() < wanted) {
        more = Math.max(1, wanted - credit - ready.size());
        credit += more;
        stopped = false;
      }
    }
    if (more > 0) {
      link.tell(
          ToService.newBuilder()
              .setCredit(Credit.newBuilder().setConsumer(identity).setFrames(more)));
    }
    return frame == null ? taker : CompletableFuture.completedFuture(frame);
  }

  /** A frame has ended. */
  void ended() {}

  @Override
  public Frame take() {
    return RemoteStream.get(takeAsync());
  }

  @Override
  public Frame take(Duration timeout) {
    CompletableFuture<Frame> taker = takeAsync();
    return RemoteStream.get(
        taker.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)); // The frame is passed on.
  }

  @Override
  public Optional<Frame> tryTake() {
    synchronized (this) {
      return Optional.ofNullable(ready.poll());
    }
  }

  @Override
  public void close() {
    ArrayDeque<RemoteFrame> left;
    synchronized (this) {
      left = new ArrayDeque<>(ready);
      ready.clear();
    }
    left.forEach(RemoteFrame::close);
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseConsumer(CloseConsumer.newBuilder().setConsumer(identity)));
    link.forgetConsumer(identity);
    slots.values().forEach(link.memories()::close);
    disconnected(Exceptions.closed("the consumer of " + device + " is closed"));
  }
}
