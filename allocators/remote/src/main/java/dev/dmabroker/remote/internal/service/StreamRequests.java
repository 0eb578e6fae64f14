package dev.dmabroker.remote.internal.service;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.FrameSupply;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.service.SentMemory.Parcel;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.value.StreamStates;
import dev.dmabroker.remote.internal.wire.Acquire;
import dev.dmabroker.remote.internal.wire.Acquired;
import dev.dmabroker.remote.internal.wire.Consume;
import dev.dmabroker.remote.internal.wire.Consuming;
import dev.dmabroker.remote.internal.wire.MakeStream;
import dev.dmabroker.remote.internal.wire.Release;
import dev.dmabroker.remote.internal.wire.Removed;
import dev.dmabroker.remote.internal.wire.StopStream;
import dev.dmabroker.remote.internal.wire.StreamMade;
import dev.dmabroker.remote.internal.wire.Submit;
import dev.dmabroker.remote.internal.wire.Take;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Serves the requests about streams. The service stands in for each remote side with a producer or
 * a consumer of its own, so growth, policies, holds, fences and moves are the engine's.
 */
final class StreamRequests {
  private final Session session;
  private final Server server;
  private final Things<Device> devices;
  private final SentMemory sent;
  private final Things<HeldStream> streams;
  private final Things<EmptyFrame> filling;
  private final Things<StandIn> consumers;

  StreamRequests(Session session, Server server, Things<Device> devices, SentMemory sent) {
    this.session = session;
    this.server = server;
    this.devices = devices;
    this.sent = sent;
    streams = session.tables().table("stream", session.limits().streams());
    filling = session.tables().table("empty frame", session.limits().mappings());
    consumers = session.tables().table("consumer", session.limits().streams());
    session.atEnd(() -> streams.close().forEach(this::close));
    session.atEnd(
        () -> filling.close().forEach(each -> session.estate().onceHarmless(each::close)));
    session.atEnd(() -> consumers.close().forEach(StandIn::close));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.MAKE_STREAM,
        Where.IN_ORDER,
        (number, request, packet) -> make(number, request.getMakeStream()));
    requests.serve(
        BodyCase.START_STREAM,
        Where.ASIDE, // It allocates.
        (number, request, packet) -> {
          streams.get(request.getStartStream().getStream()).producing().start();
          session.done(number);
        });
    requests.serve(
        BodyCase.STOP_STREAM,
        Where.ASIDE, // It waits for what is held.
        (number, request, packet) -> stop(number, request.getStopStream()));
    requests.serve(
        BodyCase.CLOSE_STREAM,
        Where.ASIDE, // It waits as a stop does.
        (number, request, packet) -> {
          HeldStream stream = streams.remove(request.getCloseStream().getStream());
          if (stream != null) {
            close(stream);
          }
          session.done(number);
        });
    requests.serve(
        BodyCase.REMOVE_BUFFER,
        Where.IN_ORDER,
        (number, request, packet) ->
            session.answer(
                number,
                ToClient.newBuilder()
                    .setRemoved(
                        Removed.newBuilder()
                            .setRemoved(
                                streams
                                    .get(request.getRemoveBuffer().getStream())
                                    .producing()
                                    .remove(request.getRemoveBuffer().getIndex()))),
                List.of()));
    requests.serve(
        BodyCase.ACQUIRE,
        Where.IN_ORDER,
        (number, request, packet) -> acquire(number, request.getAcquire()));
    requests.serve(
        BodyCase.SUBMIT,
        Where.IN_ORDER,
        (number, request, packet) -> submit(number, request.getSubmit(), packet));
    requests.serve(
        BodyCase.GIVE_BACK,
        Where.IN_ORDER,
        (number, request, packet) -> {
          EmptyFrame frame = filling.remove(request.getGiveBack().getFrame());
          if (frame != null) {
            frame.close();
          }
          session.done(number);
        });
    serveConsumers(requests);
  }

  private void serveConsumers(Requests requests) {
    requests.serve(
        BodyCase.CONSUME,
        Where.IN_ORDER,
        (number, request, packet) -> consume(number, request.getConsume()));
    requests.serve(
        BodyCase.CLOSE_CONSUMER,
        Where.IN_ORDER,
        (number, request, packet) -> {
          StandIn consumer = consumers.find(request.getCloseConsumer().getConsumer());
          if (consumer != null) {
            consumer.detach();
            List<StandIn> unused = consumers.removeAll(StandIn::isOver);
          }
          session.done(number);
        });
    requests.serve(
        BodyCase.CREDIT,
        Where.IN_ORDER,
        (number, request, packet) -> {
          consumers.get(request.getCredit().getConsumer()).credit(request.getCredit().getFrames());
          session.done(number);
        });
    requests.serve(
        BodyCase.TAKE,
        Where.IN_ORDER,
        (number, request, packet) -> take(number, request.getTake()));
    requests.serve(
        BodyCase.RELEASE,
        Where.IN_ORDER,
        (number, request, packet) -> {
          release(request.getRelease(), packet);
          session.done(number);
        });
  }

  private void take(long number, Take request) {
    StandIn consumer = consumers.get(request.getConsumer());
    if (request.getNowOrNever()) {
      consumer.takeNow(number);
    } else if (request.getNoDeadline()) {
      consumer.take(number, null);
    } else {
      consumer.take(number, server.timeout(request.getTimeoutNanos()));
    }
  }

  /** What the client has of streams. */
  Things<HeldStream> streams() {
    return streams;
  }

  /** Takes a stream that the client has opened from it; its consumers end. */
  void takeAway(long stream) {
    HeldStream held = streams.remove(stream);
    if (held != null) {
      consumers.removeAll(each -> each.isOf(held.stream())).forEach(StandIn::close);
    }
  }

  /** The client has a stream no more: it ends, if the client made it. */
  private void close(HeldStream held) {
    if (held.isOwn()) {
      server.publications().forget(held);
      server.grants().forgetWhat(held);
      held.stream().close();
      session.welcome().account().ended(held.stream());
    }
  }

  private void make(long number, MakeStream request) throws BadMessageException {
    streams.requireRoom(1);
    StreamSpec.Builder spec;
    try {
      spec =
          StreamSpec.builder(
                  session.names().full(request.getName()),
                  Specs.read(request.getBuffer()),
                  devices.get(request.getProducer()))
              .minBuffers(request.getMinBuffers())
              .maxBuffers(request.getMaxBuffers())
              .quietTime(Duration.ofNanos(request.getQuietTimeNanos()))
              .stopDeadline(Duration.ofNanos(request.getStopDeadlineNanos()));
      if (request.getMaxBytes() != 0) {
        spec.maxBytes(request.getMaxBytes());
      }
    } catch (IllegalArgumentException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
    BufferStream stream = make(spec.build());
    long identity = streams.add(new HeldStream(stream, null));
    if (identity == 0) {
      stream.close();
      throw session.goneException();
    }
    session.answer(
        number,
        ToClient.newBuilder().setStreamMade(StreamMade.newBuilder().setStream(identity)),
        List.of());
  }

  /** Makes a stream that may grow to what is charged for it now. */
  private BufferStream make(StreamSpec spec) {
    MemoryAccount account = session.welcome().account();
    long most =
        Math.min(
            spec.maxBytes(),
            Math.multiplyExact(spec.buffer().layout().sizeBytes(), spec.maxBuffers()));
    account.charge("make stream " + spec.name() + " (fewer maxBuffers need less)", most);
    BufferStream stream = null;
    try {
      stream = server.broker().stream(spec);
      account.made(stream, most);
      return stream;
    } finally {
      if (stream == null) {
        account.giveBack(most);
      }
    }
  }

  private void stop(long number, StopStream request) {
    BufferStream stream = streams.get(request.getStream()).producing();
    session.block(
        number,
        () -> {
          if (request.getHasDeadline()) {
            stream.stop(Duration.ofNanos(request.getDeadlineNanos()));
          } else {
            stream.stop();
          }
        });
    session.done(number);
  }

  private void acquire(long number, Acquire request) {
    BufferStream stream = streams.get(request.getStream()).producing();
    filling.requireRoom(1);
    if (request.getNowOrNever()) {
      EmptyFrame frame =
          stream.tryAcquire().orElseThrow(() -> Exceptions.busy("no buffer of the stream is free"));
      fill(number, stream, frame);
      return;
    }
    CompletableFuture<EmptyFrame> future = new ServiceThread.Prompt<>();
    CompletableFuture<?> unused =
        future.whenCompleteAsync(
            (frame, thrown) -> {
              if (frame == null) {
                session.refuse(number, Session.cause(thrown));
                return;
              }
              try {
                fill(number, stream, frame);
              } catch (Throwable e) {
                session.refuse(number, e);
              }
            },
            session.promptly());
    @SuppressWarnings("unchecked") // The engine's streams are of that kind.
    FrameSupply<EmptyFrame> supply = (FrameSupply<EmptyFrame>) stream;
    if (request.getNoDeadline()) {
      supply.supply(future);
    } else {
      supply.supply(future, server.timeout(request.getTimeoutNanos()));
    }
    session.waitsFor(number, future);
  }

  private void fill(long number, BufferStream stream, EmptyFrame frame) {
    Parcel parcel = null;
    long identity = 0;
    try {
      parcel = parcel(stream, frame);
      identity = filling.add(frame);
      if (identity == 0) {
        throw session.goneException();
      }
    } finally {
      if (identity == 0) {
        frame.close();
        if (parcel != null) {
          parcel.close();
        }
      }
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setAcquired(
                Acquired.newBuilder()
                    .setFrame(identity)
                    .setIndex(frame.index())
                    .setMemory(parcel.message())),
        parcel.descriptors());
  }

  /**
   * Says what memory a frame has.
   *
   * @throws dev.dmabroker.StreamStoppedException if a stop has taken the frame back, which the
   *     client never had
   */
  private Parcel parcel(BufferStream stream, EmptyFrame frame) {
    try {
      return sent.parcel(frame.mapping());
    } catch (ClosedException e) {
      if (frame.mapping().isOpen()) {
        throw e;
      }
      String what = "cannot acquire a buffer of stream " + stream.spec().name() + ": the stream ";
      throw stream.state() == BufferStream.State.CLOSED
          ? Exceptions.closed(what + "is closed")
          : Exceptions.streamStopped(what + "was stopped; start it to let frames flow");
    }
  }

  private void submit(long number, Submit request, Packet packet) throws BadMessageException {
    EmptyFrame frame = filling.get(request.getFrame());
    if (request.getHasFence()) {
      // With a fence that is none, the frame stays open.
      try (IncomingFence fence = IncomingFence.take(packet, request.getFence(), "a submission")) {
        fence.handOver(frame::submitAfter);
      }
    } else {
      frame.submit();
    }
    // A frame that was not submitted is the client's until it gives it back.
    EmptyFrame unused = filling.remove(request.getFrame());
    session.done(number);
  }

  private void release(Release request, Packet packet) throws BadMessageException {
    StandIn consumer = consumers.get(request.getConsumer());
    Frame frame = consumer.get(request.getFrame());
    if (request.getHasFence()) {
      // With a fence that is none, the frame stays open.
      try (IncomingFence fence = IncomingFence.take(packet, request.getFence(), "a release")) {
        fence.handOver(frame::closeAfter);
      }
    }
    consumer.end(request.getFrame());
    if (consumer.isOver()) {
      List<StandIn> unused = consumers.removeAll(StandIn::isOver);
    }
  }

  private void consume(long number, Consume request) {
    consumers.requireRoom(1);
    BufferStream stream = streams.get(request.getStream()).stream();
    Device device = devices.get(request.getDevice());
    session
        .welcome()
        .moves()
        .require("attach " + device.name() + " to stream " + stream.spec().name());
    StreamConsumer consumer = stream.consumer(device, StreamStates.read(request.getPolicy()));
    StandIn standIn = new StandIn(session, stream, consumer, sent);
    long identity = consumers.add(standIn);
    if (identity == 0) {
      standIn.close();
      throw session.goneException();
    }
    session.answer(
        number,
        ToClient.newBuilder().setConsuming(Consuming.newBuilder().setConsumer(identity)),
        List.of());
    standIn.start(identity, request.getCredit());
  }
}
