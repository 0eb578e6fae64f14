package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.BufferLease;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.service.BufferRequests.Served;
import dev.dmabroker.remote.internal.service.ClientThreads.ClientThread;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.service.SentMemory.Parcel;
import dev.dmabroker.remote.internal.service.WordLeases.Granted;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves the requests to map. A map is granted as a use of a lease whose word the client counts in
 * from then on, or, if the client does not count or no word is free, as one mapping. No thread
 * waits for a map: the mapping belongs to the client's thread and to no thread of the service.
 */
final class MapRequests {
  private final Session session;
  private final Things<Served> attachments;
  private final Things<MessageMapping> mappings;
  private final SentMemory sent;
  private final Server server;
  private final Askers askers;
  private final @Nullable ClientPage page;

  /** A mapping without a word, and the client's thread that has it. */
  private record MessageMapping(BufferMapping mapping, ClientThread thread) {}

  MapRequests(
      Session session, Server server, Things<Served> attachments, SentMemory sent, Askers askers) {
    this.server = server;
    this.session = session;
    this.attachments = attachments;
    this.sent = sent;
    this.askers = askers;
    page = session.page();
    mappings = session.tables().table("mapping", session.limits().mappings());
    if (page != null) {
      session.tables().countAlso("mapping", page.leases()::uses);
    }
    session.atEnd(() -> mappings.close().forEach(each -> leave(each.mapping)));
  }

  /** Ends a mapping of a client that has gone: memory that is only read is no risk to others. */
  private void leave(BufferMapping mapping) {
    if (mapping.access().writes()) {
      session.estate().onceHarmless(mapping::close);
    } else {
      mapping.close();
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
        BodyCase.CALL_OFF,
        Where.AT_ONCE,
        (number, request, packet) -> {
          session.callOff(request.getCallOff().getRequest());
          session.done(number);
        });
    requests.serve(
        BodyCase.RANG,
        Where.AT_ONCE,
        (number, request, packet) -> {
          if (page != null) {
            page.look();
          }
          session.done(number);
        });
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

  private static AttachedDevice attached(Attachment attachment) {
    return ((AttachmentHandle) attachment).attached();
  }

  private void map(long number, Map request) throws BadMessageException {
    Access access = Specs.read(request.getAccess());
    AttachedDevice attachment = attached(attachments.get(request.getAttachment()).attachment());
    if (!request.getWord()) {
      mappings.requireRoom(1);
    }
    ClientThread thread = askers.begin(request.getAsker());
    try {
      boolean spent =
          session.welcome().moves().isSpent(); // Then no buffer moves or gets memory for it.
      if (request.getNowOrNever() || spent) {
        Mapping mapping =
            attachment
                .tryMap(access)
                .orElseThrow(
                    () ->
                        spent
                            ? session.welcome().moves().refusal("wait for a map")
                            : Exceptions.busy("the map would have to wait"));
        grant(number, request, (BufferMapping) mapping, thread);
        return;
      }
      wait(number, request, attachment, access, thread);
    } catch (RuntimeException | Error e) {
      askers.end(thread);
      throw e;
    }
  }

  private void wait(
      long number, Map request, AttachedDevice attachment, Access access, ClientThread thread) {
    CompletableFuture<Mapping> future =
        attachment.mapFor(askers.caller(thread, request.getAsker()), access, timeout(request));
    CompletableFuture<?> unused =
        future.whenCompleteAsync(
            (mapping, thrown) -> {
              try {
                if (mapping == null) {
                  throw Session.cause(thrown);
                }
                grant(number, request, (BufferMapping) mapping, thread);
              } catch (Throwable e) {
                askers.end(thread);
                session.refuse(number, e);
              }
            },
            session.inOrder());
    session.waitsFor(number, future);
  }

  private static @Nullable Duration timeout(Map request) {
    long nanos = request.getTimeoutNanos();
    return nanos == 0 ? null : Duration.ofNanos(nanos < 0 ? Long.MAX_VALUE : nanos);
  }

  /** Answers with a mapping, which passes to this. If it throws, the mapping is closed. */
  private void grant(long number, Map request, BufferMapping mapping, ClientThread thread) {
    mapping.hand(thread);
    Served served = attachments.find(request.getAttachment());
    if (served != null) {
      served.held().mapped().set(true);
    }
    Granted granted;
    try {
      granted =
          request.getWord() && page != null
              ? page.leases().grant(request.getAttachment(), request.getAlone(), mapping)
              : null;
    } catch (RuntimeException | Error e) {
      mapping.close();
      throw e;
    }
    if (granted == null) {
      grantAlone(number, request.getAttachment(), mapping, thread);
    } else {
      grantUse(number, request.getAttachment(), granted);
      askers.end(thread);
    }
  }

  private void grantUse(long number, long attachment, Granted granted) {
    Parcel parcel;
    try {
      parcel = sent.parcel(granted.lease());
    } catch (RuntimeException | Error e) {
      granted.lease().endUse();
      throw e;
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setMapped(
                Mapped.newBuilder()
                    .setAttachment(attachment)
                    .setHasWord(true)
                    .setWord(granted.word().number())
                    .setTag(granted.word().tag())
                    .setMemory(parcel.message())),
        parcel.descriptors());
  }

  private void grantAlone(
      long number, long attachment, BufferMapping mapping, ClientThread thread) {
    Parcel parcel = null;
    long identity = 0;
    try {
      mappings.requireRoom(1);
      parcel = sent.parcel(mapping);
      identity = mappings.add(new MessageMapping(mapping, thread));
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
            .setMapped(
                Mapped.newBuilder()
                    .setAttachment(attachment)
                    .setMapping(identity)
                    .setMemory(parcel.message())),
        parcel.descriptors());
  }

  private void unmap(long number, Unmap request, Packet packet) throws BadMessageException {
    if (request.hasCounted()) {
      if (page == null) {
        throw Exceptions.closed("this connection has no page");
      }
      BufferLease lease = page.leases().of(request.getCounted());
      if (request.getHasFence()) {
        after(request, packet, lease::endUseAfter);
      } else {
        lease.endUse();
      }
    } else {
      BufferMapping mapping = mappings.get(request.getMapping()).mapping;
      if (request.getHasFence()) {
        after(request, packet, mapping::closeAfter);
      } else {
        mapping.close();
      }
      MessageMapping unmapped = mappings.remove(request.getMapping());
      if (unmapped != null) {
        askers.end(unmapped.thread);
      }
    }
    session.done(number);
  }

  /** Ends something after the fence that came with the request. If it throws, that goes on. */
  private static void after(Unmap request, Packet packet, Consumer<SyncFile> end)
      throws BadMessageException {
    try (IncomingFence fence = IncomingFence.take(packet, request.getFence(), "an unmap")) {
      fence.handOver(end);
    }
  }
}
