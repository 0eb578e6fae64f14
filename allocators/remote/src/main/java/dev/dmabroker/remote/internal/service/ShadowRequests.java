package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Shadow;
import dev.dmabroker.remote.internal.service.BufferRequests.HeldBuffer;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.CopyShadow;
import dev.dmabroker.remote.internal.wire.MakeShadow;
import dev.dmabroker.remote.internal.wire.ShadowCopied;
import dev.dmabroker.remote.internal.wire.ShadowMade;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import java.time.Duration;
import java.util.List;

/** Serves the requests about shadows. */
final class ShadowRequests {
  private final Session session;
  private final Server server;
  private final BufferRequests buffers;
  private final Things<Shadow> shadows;

  ShadowRequests(Session session, Server server, BufferRequests buffers) {
    this.session = session;
    this.server = server;
    this.buffers = buffers;
    shadows = session.tables().table("shadow", session.limits().buffers());
    session.atEnd(() -> shadows.close().forEach(Shadow::close));
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
          Shadow shadow = shadows.remove(request.getCloseShadow().getShadow());
          if (shadow != null) {
            shadow.close();
          }
          session.done(number);
        });
  }

  private void make(long number, MakeShadow request) {
    shadows.requireRoom(1);
    HeldBuffer original = buffers.buffers().get(request.getOriginal());
    Shadow shadow = server.broker().shadow(original.buffer());
    long identity = shadows.add(shadow);
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

  private void copy(long number, CopyShadow request) {
    Shadow shadow = shadows.get(request.getShadow());
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
