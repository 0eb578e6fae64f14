package dev.dmabroker.remote.internal.service;

import com.google.protobuf.ByteString;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.internal.service.BufferRequests.HeldBuffer;
import dev.dmabroker.remote.internal.service.Grants.Grant;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.MakeToken;
import dev.dmabroker.remote.internal.wire.OpenPublished;
import dev.dmabroker.remote.internal.wire.Opened;
import dev.dmabroker.remote.internal.wire.Publish;
import dev.dmabroker.remote.internal.wire.StreamHandle;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.TokenMade;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Serves the requests by which clients share buffers and streams: tokens, and published names. */
final class ShareRequests {
  private final Session session;
  private final Server server;
  private final Standing standing;
  private final BufferRequests buffers;
  private final StreamRequests streams;

  ShareRequests(
      Session session,
      Server server,
      Standing standing,
      BufferRequests buffers,
      StreamRequests streams) {
    this.session = session;
    this.server = server;
    this.standing = standing;
    this.buffers = buffers;
    this.streams = streams;
    session.atEnd(
        () -> {
          server.grants().forget(session);
          server.publications().forget(session);
        });
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.MAKE_TOKEN,
        Where.IN_ORDER,
        (number, request, packet) -> makeToken(number, request.getMakeToken()));
    requests.serve(
        BodyCase.REVOKE_TOKEN,
        Where.IN_ORDER,
        (number, request, packet) -> {
          server.grants().revoke(session, request.getRevokeToken().getToken().toByteArray());
          session.done(number);
        });
    requests.serve(
        BodyCase.OPEN,
        Where.IN_ORDER,
        (number, request, packet) ->
            open(number, server.grants().find(request.getOpen().getToken().toByteArray())));
    requests.serve(
        BodyCase.PUBLISH,
        Where.IN_ORDER,
        (number, request, packet) -> publish(number, request.getPublish()));
    requests.serve(
        BodyCase.WITHDRAW,
        Where.IN_ORDER,
        (number, request, packet) -> {
          server.publications().withdraw(session, request.getWithdraw().getName());
          session.done(number);
        });
    requests.serve(
        BodyCase.OPEN_PUBLISHED,
        Where.IN_ORDER,
        (number, request, packet) -> openPublished(number, request.getOpenPublished()));
  }

  /** Refuses a client that has as many tokens and names as it may have. */
  private void requireRoom() {
    int has = server.grants().count(session) + server.publications().count(session);
    if (has >= session.limits().tokens()) {
      throw new IllegalStateException(
          "this client has "
              + has
              + " of at most "
              + session.limits().tokens()
              + " tokens and published names; revoke or withdraw some, or ask for a higher limit in"
              + " the service's configuration");
    }
  }

  // ---- Tokens ----

  private void makeToken(long number, MakeToken request) throws BadMessageException {
    standing.require(ClientRight.SHARE, "make tokens");
    requireRoom();
    Rights rights = read(request.getRights());
    byte[] token =
        switch (request.getWhatCase()) {
          case BUFFER -> {
            HeldBuffer held = buffers.buffers().get(request.getBuffer());
            checkMayShare(held.rights(), rights);
            yield server.grants().grant(session, held.shared(), rights);
          }
          case STREAM -> {
            HeldStream held = streams.streams().get(request.getStream());
            checkMayShare(held.rights(), rights);
            yield server.grants().grant(session, held, rights);
          }
          case WHAT_NOT_SET ->
              throw new BadMessageException("a token is for a buffer or a stream; name one");
        };
    session.answer(
        number,
        ToClient.newBuilder()
            .setTokenMade(TokenMade.newBuilder().setToken(ByteString.copyFrom(token))),
        List.of());
  }

  private static Rights read(dev.dmabroker.remote.internal.wire.Rights message)
      throws BadMessageException {
    return new Rights(Specs.read(message.getAccess()), message.getMayMove(), message.getMayShare());
  }

  private static dev.dmabroker.remote.internal.wire.Rights write(Rights rights) {
    return dev.dmabroker.remote.internal.wire.Rights.newBuilder()
        .setAccess(Specs.write(rights.access()))
        .setMayMove(rights.mayMove())
        .setMayShare(rights.mayShare())
        .build();
  }

  private static void checkMayShare(@Nullable Rights own, Rights wanted) {
    if (own == null) {
      return;
    }
    if (!own.mayShare()) {
      throw new UnsupportedOperationException(
          "this client has opened it by a token that does not allow to pass it on; ask the owner"
              + " for one that does");
    }
    if (!wanted.isWithin(own)) {
      throw new UnsupportedOperationException(
          "a token allows no more than its maker may: " + wanted + " is more than " + own);
    }
  }

  // ---- Opening ----

  private void open(long number, Grant grant) {
    if (grant.what() instanceof Shared shared) {
      openBuffer(number, grant, shared);
    } else {
      openStream(number, grant, (HeldStream) grant.what());
    }
  }

  private void openBuffer(long number, Grant grant, Shared shared) {
    buffers.buffers().requireRoom(1);
    if (!shared.join()) {
      throw Grants.unknown();
    }
    BufferHandle handle = buffers.add(new HeldBuffer(shared, grant.rights()));
    if (handle.getBuffer() == 0) {
      shared.leave();
      throw session.goneException();
    }
    if (!grant.opened(() -> buffers.takeAway(handle.getBuffer()))) {
      buffers.takeAway(handle.getBuffer());
      throw Grants.unknown();
    }
    answer(number, Opened.newBuilder().setRights(write(grant.rights())).setBuffer(handle));
  }

  private void openStream(long number, Grant grant, HeldStream stream) {
    long identity = add(stream, grant.rights());
    if (!grant.opened(() -> streams.takeAway(identity))) {
      streams.takeAway(identity);
      throw Grants.unknown();
    }
    answerStream(number, identity, stream, grant.rights());
  }

  private long add(HeldStream stream, Rights rights) {
    streams.streams().requireRoom(1);
    long identity = streams.streams().add(new HeldStream(stream.stream(), rights));
    if (identity == 0) {
      throw session.goneException();
    }
    return identity;
  }

  private void answerStream(long number, long identity, HeldStream held, Rights rights) {
    var spec = held.stream().spec();
    answer(
        number,
        Opened.newBuilder()
            .setRights(write(rights))
            .setStream(
                StreamHandle.newBuilder()
                    .setStream(identity)
                    .setName(session.names().apply(spec.name()))
                    .setBuffer(Specs.write(spec.buffer()))
                    .setProducer(session.names().apply(spec.producer().name()))));
  }

  private void answer(long number, Opened.Builder opened) {
    session.answer(number, ToClient.newBuilder().setOpened(opened), List.of());
  }

  // ---- Names ----

  private void publish(long number, Publish request) throws BadMessageException {
    standing.require(ClientRight.PUBLISH, "publish streams");
    requireRoom();
    String name = request.getName();
    if (!Publications.isName(name)) {
      throw new BadMessageException(Publications.NAMES);
    }
    HeldStream held = streams.streams().get(request.getStream());
    if (!held.isOwn()) {
      throw new UnsupportedOperationException(
          "only the client that made stream " + held.stream().spec().name() + " may publish it");
    }
    server.publications().publish(session, name, held);
    session.done(number);
  }

  private void openPublished(long number, OpenPublished request) {
    standing.require(ClientRight.OPEN_PUBLISHED, "open published streams");
    String name = request.getName();
    Duration timeout = Duration.ofNanos(request.getTimeoutNanos());
    if (timeout.isZero()) {
      HeldStream now = server.publications().get(name);
      if (now == null) {
        throw Exceptions.busy("no stream is published as '" + name + "' now");
      }
      open(number, now);
      return;
    }
    CompletableFuture<HeldStream> future =
        server.publications().find(name).orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    CompletableFuture<?> unused =
        future.whenCompleteAsync(
            (stream, thrown) -> {
              try {
                if (stream == null) {
                  throw whyNone(name, timeout, thrown);
                }
                open(number, stream);
              } catch (Throwable e) {
                session.refuse(number, e);
              }
            },
            session.inOrder());
    session.waitsFor(number, future);
  }

  private static Throwable whyNone(String name, Duration timeout, @Nullable Throwable thrown) {
    Throwable cause = Session.cause(thrown);
    return cause instanceof TimeoutException
        ? Exceptions.waitTimeout(
            "open stream " + name, timeout, "it is not published", List.of(), null)
        : cause;
  }

  private void open(long number, HeldStream stream) {
    Rights rights = new Rights(Access.READ, standing.may(ClientRight.MOVE), false);
    answerStream(number, add(stream, rights), stream, rights);
  }
}
