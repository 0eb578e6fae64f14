package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.gate.OwnedBuffer;
import dev.dmabroker.remote.Rights;
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
import dev.dmabroker.remote.internal.wire.Moved;
import dev.dmabroker.remote.internal.wire.Prepare;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Serves the requests about buffers and attachments. */
final class BufferRequests {
  private final Session session;
  private final Server server;
  private final Things<Device> devices;
  private final Things<HeldBuffer> buffers;
  private final Things<Served> attachments;
  private final SentMemory sent;
  private final AtomicLong unnamed = new AtomicLong();
  private final MemoryAccount account;
  private final RightsCheck rights;
  private final ShadowRequests shadows;
  private final Askers askers;

  /**
   * An attachment.
   *
   * @param buffer the client's identity of its buffer
   */
  record Served(Attachment attachment, long buffer, HeldBuffer held) {
    void close() {
      attachment.close();
      held.shared().detached(attachment.device());
    }
  }

  /**
   * A buffer as one client has it.
   *
   * @param rights what the client may do with it; null if the client made it
   * @param mapped whether a device of the client has mapped it since the client came to it
   */
  record HeldBuffer(Shared shared, @Nullable Rights rights, AtomicBoolean mapped) {
    HeldBuffer(Shared shared, @Nullable Rights rights) {
      this(shared, rights, new AtomicBoolean());
    }

    SharedBuffer buffer() {
      return shared.buffer();
    }
  }

  BufferRequests(Session session, Server server, Things<Device> devices, SentMemory sent) {
    this.sent = sent;
    account = session.welcome().account();
    this.session = session;
    this.server = server;
    this.devices = devices;
    rights = new RightsCheck(session, server.broker());
    buffers = session.tables().table("buffer", session.limits().buffers());
    attachments = session.tables().table("attachment", session.limits().attachments());
    session.atEnd(() -> buffers.close().forEach(held -> close(held)));
    session.atEnd(() -> attachments.close().forEach(Served::close));
    askers = new Askers(session);
    shadows = new ShadowRequests(session, server, this, rights);
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
          HeldBuffer held = buffers.remove(request.getCloseBuffer().getBuffer());
          if (held != null) {
            close(held);
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
            detach(attached);
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
    new MapRequests(session, server, attachments, sent, askers).serve(requests);
    new PinRequests(session, attachments, rights, askers).serve(requests);
    shadows.serve(requests);
  }

  private void export(long number, Export request) throws BadMessageException {
    BufferSpec spec = Specs.read(request.getSpec());
    int count = request.getCount();
    if (request.getName().length() > 64) {
      throw new BadMessageException("a buffer's name has at most 64 characters");
    }
    if (count < 0) {
      throw new BadMessageException("a set has fewer than 2^31 buffers");
    }
    int wanted = Math.max(1, count);
    buffers.requireRoom(wanted);
    String own = request.getName();
    String name = session.names().full(own.isEmpty() ? "buffer-" + unnamed.incrementAndGet() : own);
    long each = spec.layout().sizeBytes();
    account.charge("export " + name, Math.multiplyExact(each, wanted));
    List<SharedBuffer> made = List.of();
    try {
      made = make(name, spec, count, request.getOwner());
    } finally {
      made.forEach(this::own);
      made.forEach(buffer -> account.made(buffer, each));
      account.giveBack(each * (wanted - made.size()));
    }
    Exported.Builder answer = Exported.newBuilder();
    for (SharedBuffer buffer : made) {
      answer.addBuffers(add(new HeldBuffer(new Shared(buffer), null)));
    }
    if (answer.getBuffersList().stream().anyMatch(handle -> handle.getBuffer() == 0)) {
      made.forEach(SharedBuffer::close);
      throw session.goneException();
    }
    session.answer(number, ToClient.newBuilder().setExported(answer), List.of());
  }

  private List<SharedBuffer> make(String name, BufferSpec spec, int count, long owner) {
    return count > 0
        ? server.broker().exportSet(name, spec, count)
        : owner != 0
            ? List.of(server.broker().export(name, spec, devices.get(owner)))
            : List.of(server.broker().export(name, spec));
  }

  /** What the client writes is for its group, whether it has a device attached or not. */
  private void own(SharedBuffer buffer) {
    if (buffer instanceof OwnedBuffer its) {
      its.ownedBy(session.welcome().group());
    }
  }

  /** What one client has of buffers. */
  Things<HeldBuffer> buffers() {
    return buffers;
  }

  /** What one client has of attachments. */
  Things<Served> attachments() {
    return attachments;
  }

  /** The client has one buffer more; its identity is 0 if the client is gone. */
  BufferHandle add(HeldBuffer held) {
    SharedBuffer buffer = held.buffer();
    return BufferHandle.newBuilder()
        .setBuffer(buffers.add(held))
        .setName(session.names().apply(buffer.name()))
        .setSpec(Specs.write(buffer.spec()))
        .build();
  }

  /** The client has a buffer no more. Its attachments go on. */
  private void close(HeldBuffer held) {
    held.shared().leave();
    if (held.rights() == null) {
      server.grants().forgetWhat(held.shared());
      account.closed(held.buffer());
      server.sweep().soon();
    }
  }

  /** Takes a buffer, and what is attached to it, from the client. */
  void takeAway(long buffer) {
    HeldBuffer held = buffers.remove(buffer);
    if (held != null) {
      close(held);
    }
    attachments.removeAll(each -> each.buffer() == buffer).forEach(Served::close);
    shadows.takeAway(buffer);
  }

  /** A client that leaves another's buffer has it move, as the client may have kept its memory. */
  private void detach(Served attached) {
    attached.close();
    HeldBuffer held = attached.held();
    if (held.rights() != null
        && !isAt(attached.buffer())
        && held.mapped().compareAndSet(true, false)) {
      session.welcome().moves().charge();
    }
  }

  private boolean isAt(long buffer) {
    return attachments.any(each -> each.buffer() == buffer);
  }

  private void attach(long number, Attach request) {
    attachments.requireRoom(1);
    HeldBuffer held = buffers.get(request.getBuffer());
    Device device = devices.get(request.getDevice());
    rights.attach(held, device, isAt(request.getBuffer()));
    Attachment attachment = held.buffer().attach(device);
    held.shared().attached(device);
    Served served = new Served(attachment, request.getBuffer(), held);
    long identity = attachments.add(served);
    if (identity == 0) {
      served.close();
      throw session.goneException();
    }
    Subscription unused =
        attachment.onMove(
            generation ->
                session.tell(
                    ToClient.newBuilder()
                        .setMoved(
                            Moved.newBuilder().setAttachment(identity).setGeneration(generation)),
                    List.of()));
    session.answer(
        number,
        ToClient.newBuilder()
            .setAttached(
                Attached.newBuilder().setAttachment(identity).setLeftOut(attachment.isLeftOut())),
        List.of());
  }

  private void prepare(long number, Prepare request) throws BadMessageException {
    SharedBuffer buffer = buffers.get(request.getBuffer()).buffer();
    session.welcome().moves().require("prepare " + buffer.name());
    askers.block(
        number,
        request.getAsker(),
        () -> {
          if (request.getTimeoutNanos() == 0) {
            buffer.prepare();
          } else {
            buffer.prepare(Duration.ofNanos(request.getTimeoutNanos()));
          }
        });
    session.done(number);
  }

  private void evacuate(long number, Evacuate request) throws BadMessageException {
    HeldBuffer held = buffers.get(request.getBuffer());
    rights.requirePlacing(held, "evacuate");
    rights.requireAccess(held, Access.OVERWRITE, "evacuate, which drops the contents");
    SharedBuffer buffer = held.buffer();
    boolean[] evacuated = {true};
    askers.block(
        number,
        request.getAsker(),
        () -> {
          if (request.getNowOrNever()) {
            evacuated[0] = buffer.tryEvacuate();
          } else if (request.getTimeoutNanos() == 0) {
            buffer.evacuate();
          } else {
            buffer.evacuate(Duration.ofNanos(request.getTimeoutNanos()));
          }
        });
    if (evacuated[0]) {
      session.welcome().moves().charge(); // The next map brings the memory back.
    }
    session.answer(
        number,
        ToClient.newBuilder().setEvacuated(Evacuated.newBuilder().setEvacuated(evacuated[0])),
        List.of());
  }

  private void plan(long number, MakePlan request) throws BadMessageException {
    List<Device> those = new ArrayList<>();
    request.getDevicesList().forEach(each -> those.add(devices.get(each)));
    session.answer(
        number,
        ToClient.newBuilder()
            .setPlanned(
                Plans.write(
                    server.broker().plan(Specs.read(request.getSpec()), those), session.names())),
        List.of());
  }
}
