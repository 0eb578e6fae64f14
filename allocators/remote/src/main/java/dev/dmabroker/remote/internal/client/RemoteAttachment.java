package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.PinIt;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;


/** An attachment at a service. */
final class RemoteAttachment implements Attachment {
  private final Link link;
  private final RemoteBuffer buffer;
  private final RemoteDevice device;
  private final long identity;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Moves moves;

  RemoteAttachment(Link link, RemoteBuffer buffer, RemoteDevice device, Attached attached) {
    this.link = link;
    this.buffer = buffer;
    this.device = device;
    identity = attached.getAttachment();
    moves = new Moves(device.lane());
    link.events().follow(identity, this);
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  private ToService.Builder request(Access access, Map.Builder request) {
    return ToService.newBuilder()
        .setMap(request.setAttachment(identity).setAccess(Specs.write(access)));
  }

  private RemoteMapping read(Access access, Link.Answer answer) throws BadMessageException {
    Mapped mapped = answer.message().getMapped();
    return new RemoteMapping(
        link,
        "the mapping of " + buffer.name() + " for " + device.name() + " with " + access,
        mapped.getMapping(),
        access,
        buffer.memories().use(buffer.slot(), mapped.getMemory(), answer.packet()));
  }

  private RemoteMapping get(Access access, Map.Builder request) {
    return link.get(request(access, request), answer -> read(access, answer));
  }

  private CompletableFuture<Mapping> later(Access access, Map.Builder request) {
    return link.askLater(
        request(access, request), answer -> read(access, answer), Mapping::close);
  }

  private static Map.Builder within(Duration timeout) {
    return Map.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout)));
  }

  @Override
  public Mapping map(Access access) {
    return get(access, Map.newBuilder());
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    return get(access, within(timeout));
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    try {
      return Optional.of(get(access, Map.newBuilder().setNowOrNever(true)));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return later(access, Map.newBuilder());
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    return later(access, within(timeout));
  }

  private Pin pin(PinIt.Builder request) {
    return link.get(
        ToService.newBuilder().setPin(request.setAttachment(identity)),
        answer -> new RemotePin(link, this, answer.message().getPinned()));
  }

  @Override
  public Pin pin() {
    return pin(PinIt.newBuilder());
  }

  @Override
  public Pin pin(Duration timeout) {
    return pin(PinIt.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout))));
  }

  @Override
  public boolean isLeftOut() {
    if (closed.get() || link.isEnded()) {
      return false;
    }
    return link.get(
        ToService.newBuilder().setLook(Look.newBuilder().setAttachment(identity)),
        answer -> answer.message().getLooked().getLeftOut());
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    return moves.add(listener);
  }

  /** The buffer has moved. In the thread that receives. */
  void moved(long generation) {
    moves.tell(generation);
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setDetach(Detach.newBuilder().setAttachment(identity)));
    link.events().leave(identity);
  }

  @Override
  public String toString() {
    return buffer.name() + " for " + device.name() + (closed.get() ? ", closed" : "");
  }
}
