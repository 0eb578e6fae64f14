package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Attachment;
import dev.dmabroker.Pin;
import dev.dmabroker.remote.internal.service.BufferRequests.Served;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.PinIt;
import dev.dmabroker.remote.internal.wire.Pinned;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import java.time.Duration;
import java.util.List;

/** Serves the requests about pins. */
final class PinRequests {
  private final Session session;
  private final Things<Served> attachments;
  private final RightsCheck rights;
  private final Askers askers;
  private final Things<Pin> pins;

  PinRequests(Session session, Things<Served> attachments, RightsCheck rights, Askers askers) {
    this.askers = askers;
    this.rights = rights;
    this.session = session;
    this.attachments = attachments;
    pins = session.tables().table("pin", session.limits().attachments());
    session.atEnd(() -> pins.close().forEach(Pin::close));
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.PIN,
        Where.ASIDE, // It waits for a move.
        (number, request, packet) -> pin(number, request.getPin()));
    requests.serve(
        BodyCase.UNPIN,
        Where.IN_ORDER,
        (number, request, packet) -> {
          Pin pin = pins.remove(request.getUnpin().getPin());
          if (pin != null) {
            pin.close();
          }
          session.done(number);
        });
  }

  private void pin(long number, PinIt request) throws BadMessageException {
    pins.requireRoom(1);
    Served served = attachments.get(request.getAttachment());
    rights.requirePlacing(served.held(), "pin");
    Attachment attachment = served.attachment();
    Pin[] made = new Pin[1];
    askers.block(
        number,
        request.getAsker(),
        () ->
            made[0] =
                request.getTimeoutNanos() == 0
                    ? attachment.pin()
                    : attachment.pin(Duration.ofNanos(request.getTimeoutNanos())));
    Pin pin = made[0];
    long identity = pins.add(pin);
    if (identity == 0) {
      pin.close();
      throw session.goneException();
    }
    session.answer(
        number,
        ToClient.newBuilder()
            .setPinned(
                Pinned.newBuilder()
                    .setPin(identity)
                    .setHeap(pin.heapName())
                    .setGeneration(pin.generation())),
        List.of());
  }
}
