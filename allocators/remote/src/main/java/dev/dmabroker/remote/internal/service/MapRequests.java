package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Mapping;
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

/** Serves the requests to map, one mapping for each. */
final class MapRequests {
  private final Session session;
  private final Things<Served> attachments;
  private final Things<Granted> mappings;
  private final SentMemory sent;
  private final Server server;

  MapRequests(Session session, Server server, Things<Served> attachments, SentMemory sent) {
    this.server = server;
    this.session = session;
    this.attachments = attachments;
    this.sent = sent;
    mappings = session.tables().table("mapping", session.limits().mappings());
    session.atEnd(() -> mappings.close().forEach(this::leave));
  }

  /** A mapping, and what it is for. */
  private record Granted(Mapping mapping, Access access) {}

  /** Ends a mapping of a client that has gone: memory that is only read is no risk to others. */
  private void leave(Granted granted) {
    if (granted.access().writes()) {
      session.estate().onceHarmless(granted.mapping()::close);
    } else {
      granted.mapping().close();
    }
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.MAP, Where.IN_ORDER, (number, request, packet) -> map(number, request.getMap()));
    requests.serve(
        BodyCase.UNMAP,
        Where.IN_ORDER,
        (number, request, packet) -> unmap(number, request.getUnmap(), packet));
    requests.serve(
        BodyCase.FORGET,
        Where.IN_ORDER,
        (number, request, packet) -> {
          sent.forget(request.getForget().getMemory());
          session.done(number);
          server.sweep().soon();
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
      grant(
          number, access, mapping.orElseThrow(() -> Exceptions.busy("the map would have to wait")));
      return;
    }
    served
        .attachment()
        .mapAsync(access)
        .whenCompleteAsync(
            (mapping, thrown) -> {
              if (mapping == null) {
                session.refuse(number, Session.cause(thrown));
              } else {
                grantOrRefuse(number, access, mapping);
              }
            },
            session.inOrder());
  }

  private void grantOrRefuse(long number, Access access, Mapping mapping) {
    try {
      grant(number, access, mapping);
    } catch (Throwable e) {
      session.refuse(number, e);
    }
  }

  private void grant(long number, Access access, Mapping mapping) {
    Parcel parcel = null;
    long identity = 0;
    try {
      parcel = sent.parcel(mapping);
      identity = mappings.add(new Granted(mapping, access));
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
    Granted granted = mappings.remove(request.getMapping());
    if (granted == null) {
      throw Exceptions.closed("this connection has no mapping " + request.getMapping());
    }
    Mapping mapping = granted.mapping();
    if (!request.getHasFence()) {
      mapping.close();
      session.done(number);
      return;
    }
    try (mapping;
        IncomingFence fence = IncomingFence.take(packet, request.getFence(), "an unmap")) {
      fence.handOver(mapping::closeAfter); // The mapping is closed in any case.
    }
    session.done(number);
  }
}
