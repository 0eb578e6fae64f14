package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Plans;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attach;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.Evacuate;
import dev.dmabroker.remote.internal.wire.Evacuated;
import dev.dmabroker.remote.internal.wire.Export;
import dev.dmabroker.remote.internal.wire.Exported;
import dev.dmabroker.remote.internal.wire.MakePlan;
import dev.dmabroker.remote.internal.wire.Prepare;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Serves the requests about buffers and attachments. */
final class BufferRequests {
  private final Session session;
  private final Server server;
  private final Things<Device> devices;
  private final Things<SharedBuffer> buffers;
  private final Things<Served> attachments;
  private final SentMemory sent;
  private final MemoryAccount account;

  /**
   * An attachment.
   *
   * @param buffer the client's identity of its buffer
   */
  record Served(Attachment attachment, long buffer) {}

  BufferRequests(Session session, Server server, Things<Device> devices, SentMemory sent) {
    this.sent = sent;
    account = session.account();
    this.session = session;
    this.server = server;
    this.devices = devices;
    buffers = session.tables().table("buffer", session.limits().buffers());
    attachments = session.tables().table("attachment", session.limits().attachments());
    session.atEnd(() -> buffers.close().forEach(SharedBuffer::close));
    session.atEnd(() -> attachments.close().forEach(each -> each.attachment().close()));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.EXPORT,
        Where.IN_ORDER,
        (number, request, packet) -> export(number, request.getExport()));
    requests.serve(
        BodyCase.CLOSE_BUFFER,
        Where.IN_ORDER,
        (number, request, packet) -> {
          SharedBuffer buffer = buffers.remove(request.getCloseBuffer().getBuffer());
          if (buffer != null) {
            buffer.close();
            account.closed(buffer);
            server.sweep().soon();
          }
          session.done(number);
        });
    requests.serve(
        BodyCase.ATTACH,
        Where.IN_ORDER,
        (number, request, packet) -> attach(number, request.getAttach()));
    requests.serve(
        BodyCase.DETACH,
        Where.IN_ORDER,
        (number, request, packet) -> {
          Served attached = attachments.remove(request.getDetach().getAttachment());
          if (attached != null) {
            attached.attachment().close();
          }
          session.done(number);
        });
    requests.serve(
        BodyCase.PREPARE,
        Where.ASIDE,
        (number, request, packet) -> prepare(number, request.getPrepare()));
    requests.serve(
        BodyCase.EVACUATE,
        Where.ASIDE,
        (number, request, packet) -> evacuate(number, request.getEvacuate()));
    requests.serve(
        BodyCase.MAKE_PLAN,
        Where.IN_ORDER,
        (number, request, packet) -> plan(number, request.getMakePlan()));
    new MapRequests(session, server, attachments, sent).serve(requests);
  }

  private void export(long number, Export request) throws BadMessageException {
    BufferSpec spec = Specs.read(request.getSpec());
    int count = request.getCount();
    if (count < 1 || request.getName().length() > 64) {
      throw new BadMessageException(
          "an export has a count of at least 1 and a name of at most 64 characters");
    }
    buffers.requireRoom(count);
    String name =
        session.name() + "/" + (request.getName().isEmpty() ? "buffer" : request.getName());
    long each = spec.layout().sizeBytes();
    account.charge("export " + name, Math.multiplyExact(each, count));
    List<SharedBuffer> made = List.of();
    try {
      made = make(name, spec, count, request.getOwner());
    } finally {
      made.forEach(buffer -> account.made(buffer, each));
      account.giveBack(each * (count - made.size()));
    }
    Exported.Builder answer = Exported.newBuilder();
    List<Long> identities = new ArrayList<>();
    for (SharedBuffer buffer : made) {
      long identity = buffers.add(buffer);
      identities.add(identity);
      answer.addBuffers(write(identity, buffer));
    }
    if (identities.contains(0L)) {
      made.forEach(SharedBuffer::close);
      throw session.goneException();
    }
    session.answer(number, ToClient.newBuilder().setExported(answer), List.of());
  }

  private List<SharedBuffer> make(String name, BufferSpec spec, int count, long owner) {
    return count > 1
        ? server.broker().exportSet(name, spec, count)
        : owner != 0
            ? List.of(server.broker().export(name, spec, devices.get(owner)))
            : List.of(server.broker().export(name, spec));
  }

  private static BufferHandle write(long identity, SharedBuffer buffer) {
    return BufferHandle.newBuilder()
        .setBuffer(identity)
        .setName(buffer.name())
        .setSpec(Specs.write(buffer.spec()))
        .build();
  }

  private void attach(long number, Attach request) {
    attachments.requireRoom(1);
    Attachment attachment =
        buffers.get(request.getBuffer()).attach(devices.get(request.getDevice()));
    long identity = attachments.add(new Served(attachment, request.getBuffer()));
    if (identity == 0) {
      attachment.close();
      throw session.goneException();
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setAttached(
                Attached.newBuilder().setAttachment(identity).setLeftOut(attachment.isLeftOut())),
        List.of());
  }

  private void prepare(long number, Prepare request) {
    SharedBuffer buffer = buffers.get(request.getBuffer());
    if (request.getTimeoutNanos() == 0) {
      buffer.prepare();
    } else {
      buffer.prepare(Duration.ofNanos(request.getTimeoutNanos()));
    }
    session.done(number);
  }

  private void evacuate(long number, Evacuate request) {
    SharedBuffer buffer = buffers.get(request.getBuffer());
    boolean evacuated = true;
    if (request.getNowOrNever()) {
      evacuated = buffer.tryEvacuate();
    } else if (request.getTimeoutNanos() == 0) {
      buffer.evacuate();
    } else {
      buffer.evacuate(Duration.ofNanos(request.getTimeoutNanos()));
    }
    session.answer(
        number,
        ToClient.newBuilder().setEvacuated(Evacuated.newBuilder().setEvacuated(evacuated)),
        List.of());
  }

  private void plan(long number, MakePlan request) throws BadMessageException {
    List<Device> those = new ArrayList<>();
    request.getDevicesList().forEach(each -> those.add(devices.get(each)));
    session.answer(
        number,
        ToClient.newBuilder()
            .setPlanned(Plans.write(server.broker().plan(Specs.read(request.getSpec()), those))),
        List.of());
  }
}
