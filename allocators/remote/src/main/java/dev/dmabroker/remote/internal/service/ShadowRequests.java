package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.internal.service.BufferRequests.HeldBuffer;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.CopyShadow;
import dev.dmabroker.remote.internal.wire.MakeShadow;
import dev.dmabroker.remote.internal.wire.ShadowCopied;
import dev.dmabroker.remote.internal.wire.ShadowMade;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;

/** Serves the requests about shadows. */
final class ShadowRequests {
  private final Session session;
  private final Server server;
  private final BufferRequests buffers;
  private final RightsCheck rights;
  private final Things<HeldShadow> shadows;

  /**
   * A shadow.
   *
   * @param identity the client's identity of the original
   */
  private record HeldShadow(Shadow shadow, long identity, HeldBuffer original) {}

  ShadowRequests(Session session, Server server, BufferRequests buffers, RightsCheck rights) {
    this.rights = rights;
    this.session = session;
    this.server = server;
    this.buffers = buffers;
    shadows = session.tables().table("shadow", session.limits().buffers());
    session.atEnd(() -> shadows.close().forEach(this::close));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.MAKE_SHADOW,
        Where.IN_ORDER,
        (number, request, packet) -> make(number, request.getMakeShadow()));
    requests.serve(
        BodyCase.COPY_SHADOW,
        Where.ASIDE, // It maps both, and copies.
        (number, request, packet) -> copy(number, request.getCopyShadow()));
    requests.serve(
        BodyCase.CLOSE_SHADOW,
        Where.IN_ORDER,
        (number, request, packet) -> {
          HeldShadow held = shadows.remove(request.getCloseShadow().getShadow());
          if (held != null) {
            close(held);
          }
          session.done(number);
        });
  }

  private void close(HeldShadow held) {
    held.shadow().close();
    session.welcome().account().closed(held.shadow().buffer());
    server.sweep().soon();
  }

  /** The client has the original no more, so it may not copy from it or to it. */
  void takeAway(long original) {
    shadows.removeAll(each -> each.identity() == original).forEach(this::close);
  }

  private void make(long number, MakeShadow request) {
    shadows.requireRoom(1);
    HeldBuffer original = buffers.buffers().get(request.getOriginal());
    rights.requireAccess(original, Access.READ, "make a shadow");
    Shadow shadow = make(original.buffer());
    long identity = shadows.add(new HeldShadow(shadow, request.getOriginal(), original));
    BufferHandle handle = buffers.add(new HeldBuffer(new Shared(shadow.buffer()), null));
    if (identity == 0 || handle.getBuffer() == 0) {
      shadow.close();
      throw session.goneException();
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setShadowMade(ShadowMade.newBuilder().setShadow(identity).setBuffer(handle)),
        List.of());
  }

  private Shadow make(SharedBuffer original) {
    long bytes = original.spec().layout().sizeBytes();
    session.welcome().account().charge("make a shadow of " + original.name(), bytes);
    Shadow shadow = null;
    try {
      shadow = server.broker().shadow(original);
      session.welcome().account().made(shadow.buffer(), bytes);
      return shadow;
    } finally {
      if (shadow == null) {
        session.welcome().account().giveBack(bytes);
      }
    }
  }

  private void copy(long number, CopyShadow request) {
    HeldShadow held = shadows.get(request.getShadow());
    if (request.getBack()) {
      rights.requireAccess(held.original(), Access.WRITE, "write a shadow back");
    }
    Shadow shadow = held.shadow();
    Duration timeout = Duration.ofNanos(request.getTimeoutNanos());
    long[] bytes = new long[1];
    session.block(
        number,
        () -> bytes[0] = request.getBack() ? shadow.writeBack(timeout) : shadow.refresh(timeout));
    session.answer(
        number,
        ToClient.newBuilder().setShadowCopied(ShadowCopied.newBuilder().setBytes(bytes[0])),
        List.of());
  }
}
