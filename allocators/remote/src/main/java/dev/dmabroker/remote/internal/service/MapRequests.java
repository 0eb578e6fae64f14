package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.service.BufferRequests.Served;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.service.SentMemory.Parcel;
import dev.dmabroker.remote.internal.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.time.Duration;

/** Serves the requests to map, one mapping for each. */
final class MapRequests {
  private final Session session;
  private final Things<Served> attachments;
  private final Things<Mapping> mappings;
  private final SentMemory sent;

  MapRequests(Session session, Things<Served> attachments, SentMemory sent) {
    this.session = session;
    this.attachments = attachments;
    this.sent = sent;
    mappings = session.tables().table("mapping", session.limits().mappings());
    session.atEnd(() -> mappings.close().forEach(Mapping::close));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.MAP, Where.IN_ORDER, (number, request, packet) -> map(number, request.getMap()));
    requests.serve(
        BodyCase.UNMAP,
        Where.IN_ORDER,
        (number, request, packet) -> unmap(number, request.getUnmap(), packet));
    requests.serve(
        BodyCase.CALL_OFF,
        Where.AT_ONCE,
        (number, request, packet) -> {
          session.callOff(request.getCallOff().getRequest());
          session.done(number);
        });
    requests.serve(
        BodyCase.FORGET,
        Where.IN_ORDER,
        (number, request, packet) -> {
          sent.forget(request.getForget().getMemory());
          session.done(number);
        });
    requests.serve(
        BodyCase.ACKNOWLEDGED,
        Where.AT_ONCE,
        (number, request, packet) -> session.acknowledged(request.getAcknowledged().getPackets()));
  }

  private void map(long number, Map request) throws BadMessageException {
    Access access = Specs.read(request.getAccess());
    Served served = attachments.get(request.getAttachment());
    mappings.requireRoom(1);
    if (request.getNowOrNever()) {
      Optional<Mapping> mapping = served.attachment().tryMap(access);
      grant(number, mapping.orElseThrow(() -> Exceptions.busy("the map would have to wait")));
      return;
    }
    CompletableFuture<Mapping> future =
        request.getTimeoutNanos() == 0
            ? served.attachment().mapAsync(access)
            : served
                .attachment()
                .mapAsync(access, Duration.ofNanos(request.getTimeoutNanos()));
    CompletableFuture<?> unused =
        future.whenCompleteAsync(
            (mapping, thrown) -> {
              if (mapping == null) {
                session.refuse(number, Session.cause(thrown));
              } else {
                grantOrRefuse(number, mapping);
              }
            },
            session.inOrder());
    session.waitsFor(number, future);
  }

  private void grantOrRefuse(long number, Mapping mapping) {
    try {
      grant(number, mapping);
    } catch (Throwable e) {
      session.refuse(number, e);
    }
  }

  private void grant(long number, Mapping mapping) {
    Parcel parcel = null;
    long identity = 0;
    try {
      parcel = sent.parcel(mapping);
      identity = mappings.add(mapping);
      if (identity == 0) {
        throw session.goneException();
      }
    } finally {
      if (identity == 0) {
        mapping.close();
        if (parcel != null) {
          parcel.close();
        }
      }
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setMapped(Mapped.newBuilder().setMapping(identity).setMemory(parcel.message())),
        parcel.descriptors());
  }

  private void unmap(long number, Unmap request, Packet packet) throws BadMessageException {
    if (request.getHasFence()) {
      Fd fence = packet.take(request.getFence());
      if (fence == null) {
        throw new BadMessageException("the fence of an unmap is missing");
      }
      // With a fence that is none, the mapping stays open.
      Fences.pass(fence, mappings.get(request.getMapping())::closeAfter);
    }
    Mapping mapping = mappings.remove(request.getMapping());
    if (mapping == null) {
      throw Exceptions.closed("this connection has no mapping " + request.getMapping());
    }
    mapping.close();
    session.done(number);
  }
}
