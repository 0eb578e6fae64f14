package dev.dmabroker.remote.internal.service;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.StreamStates;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.Looked;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import java.util.List;

/** Serves the requests for the state of one thing. */
final class LookRequests {
  private final Session session;
  private final BufferRequests buffers;
  private final StreamRequests streams;

  LookRequests(Session session, BufferRequests buffers, StreamRequests streams) {
    this.session = session;
    this.buffers = buffers;
    this.streams = streams;
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.LOOK,
        Where.IN_ORDER,
        (number, request, packet) ->
            session.answer(
                number, ToClient.newBuilder().setLooked(look(request.getLook())), List.of()));
  }

  private Looked.Builder look(Look request) throws BadMessageException {
    Looked.Builder answer = Looked.newBuilder();
    return switch (request.getWhatCase()) {
      case BUFFER -> {
        SharedBuffer buffer = buffers.buffers().get(request.getBuffer()).buffer();
        yield answer.setState(buffer.state().name()).setHeap(buffer.heapName().orElse(""));
      }
      case ATTACHMENT ->
          answer.setLeftOut(
              buffers.attachments().get(request.getAttachment()).attachment().isLeftOut());
      case STREAM ->
          answer.setStream(
              StreamStates.write(
                  streams.streams().get(request.getStream()).stream().snapshot(), session.names()));
      case WHAT_NOT_SET -> throw new BadMessageException("a look names what to look at");
    };
  }
}
