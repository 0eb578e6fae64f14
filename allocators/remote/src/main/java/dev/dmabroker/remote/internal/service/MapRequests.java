package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.service.BufferRequests.Served;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.Memory;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves the requests to map, one mapping for each. A descriptor goes to the client once for each
 * place of a buffer; the client says when it has closed its own.
 */
final class MapRequests {
  private record Place(long buffer, long generation) {}

  private final Session session;
  private final Things<Served> attachments;
  private final Things<Mapping> mappings;
  private final Set<Place> given = new HashSet<>();

  MapRequests(Session session, Things<Served> attachments) {
    this.session = session;
    this.attachments = attachments;
    mappings = new Things<>("mapping", session.limits().mappings());
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
        BodyCase.FORGET,
        Where.IN_ORDER,
        (number, request, packet) -> {
          given.remove(
              new Place(request.getForget().getBuffer(), request.getForget().getGeneration()));
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
      grant(
          number, served, mapping.orElseThrow(() -> Exceptions.busy("the map would have to wait")));
      return;
    }
    served
        .attachment()
        .mapAsync(access)
        .whenCompleteAsync(
            (mapping, thrown) -> {
              if (mapping == null) {
                session.refuse(number, cause(thrown));
              } else {
                grantOrRefuse(number, served, mapping);
              }
            },
            session.inOrder());
  }

  private static Throwable cause(@Nullable Throwable thrown) {
    Throwable cause = thrown == null ? null : thrown.getCause();
    return cause == null ? new IllegalStateException(thrown) : cause;
  }

  private void grantOrRefuse(long number, Served served, Mapping mapping) {
    try {
      grant(number, served, mapping);
    } catch (Throwable e) {
      session.refuse(number, e);
    }
  }

  private void grant(long number, Served served, Mapping mapping) {
    long identity = 0;
    try {
      Place place = new Place(served.buffer(), mapping.generation());
      Memory.Builder memory =
          Memory.newBuilder()
              .setBuffer(served.buffer())
              .setGeneration(mapping.generation())
              .setHeap(mapping.heapName())
              .setSizeBytes(mapping.sizeBytes())
              .setLayout(Specs.write(mapping.layout()));
      List<Fd> descriptors = List.of();
      if (!given.contains(place)) {
        descriptors = List.of(new Fd(mapping.dupFd(), "memory for client " + session.name()));
        memory.setHasDescriptor(true);
      }
      identity = mappings.add(mapping);
      if (identity == 0) {
        descriptors.forEach(Fd::close);
        throw session.goneException();
      }
      given.add(place);
      session.answer(
          number,
          ToClient.newBuilder()
              .setMapped(
                  Mapped.newBuilder().setAttachment(0).setMapping(identity).setMemory(memory)),
          descriptors);
    } finally {
      if (identity == 0) {
        mapping.close();
      }
    }
  }

  private void unmap(long number, Unmap request, Packet packet) throws BadMessageException {
    Mapping mapping = mappings.remove(request.getMapping());
    if (mapping == null) {
      throw Exceptions.closed("this connection has no mapping " + request.getMapping());
    }
    if (!request.getHasFence()) {
      mapping.close();
      session.done(number);
      return;
    }
    Fd fence = packet.take(request.getFence());
    if (fence == null) {
      mapping.close();
      throw new BadMessageException("the fence is missing; the mapping is closed");
    }
    try (fence;
        Fd.Use use = fence.use()) {
      mapping.closeAfter(new SyncFile(use.dup()));
      session.done(number);
    } catch (dev.dmabroker.spi.HeapException e) {
      throw Exceptions.descriptor(String.valueOf(e.getMessage()), e);
    } finally {
      mapping.close(); // It is closed already, unless the fence is none.
    }
  }
}
