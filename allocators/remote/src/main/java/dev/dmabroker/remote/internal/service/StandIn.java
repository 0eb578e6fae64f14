package dev.dmabroker.remote.internal.service;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.FrameSupply;
import dev.dmabroker.remote.internal.service.SentMemory.Parcel;
import dev.dmabroker.remote.internal.value.Failures;
import dev.dmabroker.remote.internal.wire.FrameReady;
import dev.dmabroker.remote.internal.wire.StreamEnded;
import dev.dmabroker.remote.internal.wire.ToClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for one consumer of another process: takes frames, and sends them. It takes a frame
 * only when the client has said that it may come (credit), or a frame would go stale in the socket
 * and LATEST would not be the latest. Thread-safe.
 */
final class StandIn {
  private final Session session;
  private final BufferStream stream;
  private final StreamConsumer consumer;
  private final FrameSupply<Frame> supply;
  private final SentMemory sent;
  private final Map<Long, Frame> frames = new HashMap<>();
  private long identity;
  private long last;
  private long credit;
  private boolean taking;
  private boolean closed;

  StandIn(Session session, BufferStream stream, StreamConsumer consumer, SentMemory sent) {
    this.session = session;
    this.stream = stream;
    this.consumer = consumer;
    @SuppressWarnings("unchecked") // The engine's consumers are of that kind.
    FrameSupply<Frame> frames = (FrameSupply<Frame>) consumer;
    this.supply = frames;
    this.sent = sent;
  }

  /** Whether it takes frames of that stream. */
  boolean isOf(BufferStream other) {
    return stream == other;
  }

  /** Sends frames from now on. */
  synchronized void start(long itsIdentity, int firstCredit) {
    identity = itsIdentity;
    credit(firstCredit);
  }

  /** Lets more frames come. After the stream was stopped, any credit asks for the next start. */
  void credit(int more) {
    synchronized (this) {
      credit = Math.min(credit + Integer.toUnsignedLong(more), Integer.MAX_VALUE);
      if (taking || closed || credit == 0) {
        return;
      }
      taking = true;
    }
    take();
  }

  private void take() {
    CompletableFuture<Frame> future = new ServiceThread.Prompt<>();
    CompletableFuture<?> unused = future.whenCompleteAsync(this::taken, session.promptly());
    supply.supply(future);
  }

  private void taken(@Nullable Frame frame, @Nullable Throwable thrown) {
    if (frame == null) {
      end(Session.cause(thrown));
      return;
    }
    boolean more;
    try {
      send(frame);
    } catch (Throwable e) {
      frame.close();
      end(e);
      return;
    }
    synchronized (this) {
      more = credit > 0 && !closed;
      taking = more;
    }
    if (more) {
      take();
    }
  }

  private void send(Frame frame) {
    synchronized (this) {
      credit--;
    }
    Parcel parcel = sent.parcel(frame.mapping());
    session.tell(ToClient.newBuilder().setFrameReady(hold(frame, parcel)), parcel.descriptors());
  }

  /**
   * Notes that the client has the frame from now on.
   *
   * @throws dev.dmabroker.ClosedException if the consumer is closed; the parcel is, too, then
   */
  private FrameReady hold(Frame frame, Parcel parcel) {
    long number;
    synchronized (this) {
      if (closed) {
        parcel.close();
        throw Exceptions.closed("the consumer of " + consumer.device() + " is closed");
      }
      number = ++last;
      frames.put(number, frame);
    }
    return FrameReady.newBuilder()
        .setConsumer(identity)
        .setFrame(number)
        .setIndex(frame.index())
        .setSequence(frame.sequence())
        .setMemory(parcel.message())
        .build();
  }

  // ---- One frame for one request ----

  /**
   * Answers a request with the next frame, once there is one.
   *
   * @param timeout how long that may take; null if it does not matter
   */
  void take(long request, @Nullable Duration timeout) {
    CompletableFuture<Frame> future = new ServiceThread.Prompt<>();
    CompletableFuture<?> unused =
        future.whenCompleteAsync(
            (frame, thrown) -> {
              if (frame == null) {
                session.refuse(request, Session.cause(thrown));
              } else {
                answer(request, frame);
              }
            },
            session.promptly());
    if (timeout == null) {
      supply.supply(future);
    } else {
      supply.supply(future, timeout);
    }
    session.waitsFor(request, future);
  }

  /** Answers a request with the next frame, if there is one now. */
  void takeNow(long request) {
    Frame frame =
        consumer.tryTake().orElseThrow(() -> Exceptions.busy("no frame is ready to be taken"));
    answer(request, frame);
  }

  private void answer(long request, Frame frame) {
    try {
      Parcel parcel = sent.parcel(frame.mapping());
      session.answer(
          request, ToClient.newBuilder().setTaken(hold(frame, parcel)), parcel.descriptors());
    } catch (Throwable e) {
      frame.close();
      session.refuse(request, e);
    }
  }

  // ---- The end ----

  /** Tells the client why no frame comes. */
  private void end(Throwable why) {
    synchronized (this) {
      taking = false;
      if (why instanceof StreamStoppedException) {
        credit = 0; // The client takes again, and says so.
      }
    }
    session.tell(
        ToClient.newBuilder()
            .setStreamEnded(
                StreamEnded.newBuilder().setConsumer(identity).setWhy(Failures.write(why))),
        List.of());
  }

  /**
   * The frame that the client has by this number.
   *
   * @throws dev.dmabroker.ClosedException if the client does not have it
   */
  synchronized Frame get(long number) {
    Frame frame = frames.get(number);
    if (frame == null) {
      throw Exceptions.closed("this consumer has no frame " + number);
    }
    return frame;
  }

  /** The client has given a frame back. */
  void end(long number) {
    Frame frame;
    synchronized (this) {
      frame = frames.remove(number);
    }
    if (frame != null) {
      frame.close();
    }
  }

  /** Leaves the stream. The frames that the client has stay with it until it gives them back. */
  void detach() {
    synchronized (this) {
      closed = true;
    }
    consumer.close();
  }

  /** Whether it has left the stream, and the client has none of its frames. */
  synchronized boolean isOver() {
    return closed && frames.isEmpty();
  }

  /** Ends all frames, and leaves the stream. */
  void close() {
    List<Frame> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(frames.values());
      frames.clear();
    }
    left.forEach(Frame::close);
    consumer.close();
  }
}
