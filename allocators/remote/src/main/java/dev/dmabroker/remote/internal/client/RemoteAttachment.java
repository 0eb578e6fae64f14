package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.BusyException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.remote.internal.wire.Attached;
import dev.dmabroker.remote.internal.wire.Detach;
import dev.dmabroker.remote.internal.wire.Map;
import dev.dmabroker.remote.internal.wire.Mapped;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** An attachment at a service. */
final class RemoteAttachment implements Attachment {
  private final Link link;
  private final RemoteBuffer buffer;
  private final RemoteDevice device;
  private final long identity;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean leftOut;

  RemoteAttachment(Link link, RemoteBuffer buffer, RemoteDevice device, Attached attached) {
    this.link = link;
    this.buffer = buffer;
    this.device = device;
    identity = attached.getAttachment();
    leftOut = attached.getLeftOut();
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  private CompletableFuture<Mapping> ask(Access access, Map.Builder request) {
    return link.ask(
        ToService.newBuilder()
            .setMap(
                request
                    .setAttachment(identity)
                    .setAccess(dev.dmabroker.remote.internal.value.Specs.write(access))),
        answer -> {
          Mapped mapped = answer.message().getMapped();
          return new RemoteMapping(
              link,
              "the mapping of " + this + " with " + access,
              mapped.getMapping(),
              access,
              buffer.memories().use(buffer.slot(), mapped.getMemory(), answer.packet()));
        });
  }

  private Mapping get(Access access, Map.Builder request) {
    try {
      return ask(access, request).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw e;
    }
  }

  @Override
  public Mapping map(Access access) {
    return get(access, Map.newBuilder());
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    return get(access, Map.newBuilder().setTimeoutNanos(timeout.toNanos()));
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
    return ask(access, Map.newBuilder());
  }

  @Override
  public Pin pin() {
    throw new UnsupportedOperationException("pins do not cross yet");
  }

  @Override
  public Pin pin(Duration timeout) {
    return pin();
  }

  @Override
  public boolean isLeftOut() {
    return leftOut;
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    throw new UnsupportedOperationException("moves are not told yet");
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setDetach(Detach.newBuilder().setAttachment(identity)));
  }

  @Override
  public String toString() {
    return buffer.name() + " for " + device.name();
  }
}
