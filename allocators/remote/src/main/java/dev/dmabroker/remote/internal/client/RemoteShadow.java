package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.CloseShadow;
import dev.dmabroker.remote.internal.wire.CopyShadow;
import dev.dmabroker.remote.internal.wire.MakeShadow;
import dev.dmabroker.remote.internal.wire.ShadowMade;
import dev.dmabroker.remote.internal.wire.ToService;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A shadow that a service has made. */
public final class RemoteShadow implements Shadow {
  private final Link link;
  private final RemoteBuffer original;
  private final long identity;
  private final RemoteBuffer buffer;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RemoteShadow(Link link, RemoteBuffer original, ShadowMade made)
      throws BadMessageException {
    this.link = link;
    this.original = original;
    identity = made.getShadow();
    buffer = new RemoteBuffer(link, made.getBuffer());
  }

  /** Makes a shadow. */
  public static RemoteShadow of(Link link, SharedBuffer original) {
    RemoteBuffer ours = RemoteBuffer.of(link, original);
    return link.get(
        ToService.newBuilder().setMakeShadow(MakeShadow.newBuilder().setOriginal(ours.identity())),
        answer -> new RemoteShadow(link, ours, answer.message().getShadowMade()));
  }

  @Override
  public SharedBuffer original() {
    return original;
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  @Override
  public long refresh(Duration timeout) {
    return copy(CopyShadow.newBuilder(), timeout);
  }

  @Override
  public long writeBack(Duration timeout) {
    return copy(CopyShadow.newBuilder().setBack(true), timeout);
  }

  private long copy(CopyShadow.Builder request, Duration timeout) {
    long nanos = Durations.nanos(Durations.timeout(timeout));
    return link.get(
        ToService.newBuilder().setCopyShadow(request.setShadow(identity).setTimeoutNanos(nanos)),
        answer -> answer.message().getShadowCopied().getBytes());
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseShadow(CloseShadow.newBuilder().setShadow(identity)));
    buffer.close();
  }

  @Override
  public String toString() {
    return "the shadow of " + original + (closed.get() ? ", closed" : "");
  }
}
