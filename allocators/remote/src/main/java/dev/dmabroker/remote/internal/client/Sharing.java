package dev.dmabroker.remote.internal.client;

import com.google.protobuf.ByteString;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.Token;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.MakeToken;
import dev.dmabroker.remote.internal.wire.Open;
import dev.dmabroker.remote.internal.wire.OpenPublished;
import dev.dmabroker.remote.internal.wire.Opened;
import dev.dmabroker.remote.internal.wire.Publish;
import dev.dmabroker.remote.internal.wire.RevokeToken;
import dev.dmabroker.remote.internal.wire.StreamHandle;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Withdraw;
import java.time.Duration;
import java.util.Optional;

/**
 * What a client asks for in order to share: tokens, published names, and what others opened to it.
 * Each method does what the method of {@link dev.dmabroker.remote.RemoteBroker} with its name
 * promises. Thread-safe.
 */
public final class Sharing {
  private final Link link;

  /** Asks the service at the other end of this link. */
  public Sharing(Link link) {
    this.link = link;
  }

  // ---- Tokens ----

  /** Makes a token of a buffer. */
  public Token share(SharedBuffer buffer, Rights rights) {
    return share(
        MakeToken.newBuilder().setBuffer(RemoteBuffer.of(link, buffer).identity()), rights);
  }

  /** Makes a token of a stream. */
  public Token share(BufferStream stream, Rights rights) {
    return share(
        MakeToken.newBuilder().setStream(RemoteStream.of(link, stream).identity()), rights);
  }

  private Token share(MakeToken.Builder request, Rights rights) {
    request.setRights(
        dev.dmabroker.remote.internal.wire.Rights.newBuilder()
            .setAccess(Specs.write(rights.access()))
            .setMayMove(rights.mayMove())
            .setMayShare(rights.mayShare()));
    return link.get(
        ToService.newBuilder().setMakeToken(request),
        answer -> token(answer.message().getTokenMade().getToken()));
  }

  private static Token token(ByteString bytes) throws BadMessageException {
    try {
      return Token.of(bytes.toByteArray());
    } catch (IllegalArgumentException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ByteString bytes(Token token) {
    return ByteString.copyFrom(token.bytes());
  }

  /** Takes a token back. */
  public void revoke(Token token) {
    link.order(
        ToService.newBuilder().setRevokeToken(RevokeToken.newBuilder().setToken(bytes(token))));
  }

  // ---- Opening ----

  /** Opens the buffer that a token stands for. */
  public SharedBuffer openBuffer(Token token) {
    Opened opened = open(token);
    if (opened.hasBuffer()) {
      return buffer(opened.getBuffer());
    }
    stream(opened.getStream()).close();
    throw new IllegalArgumentException(token + " stands for a stream; open it with openStream");
  }

  /** Opens the stream that a token stands for. */
  public BufferStream openStream(Token token) {
    Opened opened = open(token);
    if (opened.hasStream()) {
      return stream(opened.getStream());
    }
    buffer(opened.getBuffer()).close();
    throw new IllegalArgumentException(token + " stands for a buffer; open it with openBuffer");
  }

  private Opened open(Token token) {
    return link.get(
        ToService.newBuilder().setOpen(Open.newBuilder().setToken(bytes(token))),
        answer -> answer.message().getOpened());
  }

  private SharedBuffer buffer(BufferHandle handle) {
    try {
      return new RemoteBuffer(link, handle);
    } catch (BadMessageException e) {
      throw new IllegalStateException("the service's answer is no answer: " + e.getMessage(), e);
    }
  }

  private BufferStream stream(StreamHandle handle) {
    try {
      return RemoteStream.opened(link, handle);
    } catch (BadMessageException e) {
      throw new IllegalStateException("the service's answer is no answer: " + e.getMessage(), e);
    }
  }

  // ---- Names ----

  /** Publishes a stream under a name. */
  public void publish(String name, BufferStream stream) {
    link.order(
        ToService.newBuilder()
            .setPublish(
                Publish.newBuilder()
                    .setName(name)
                    .setStream(RemoteStream.of(link, stream).identity())));
  }

  /** Withdraws a name. */
  public void withdraw(String name) {
    link.order(ToService.newBuilder().setWithdraw(Withdraw.newBuilder().setName(name)));
  }

  /** Opens the stream that is published under a name, and waits for one. */
  public BufferStream openStream(String name, Duration timeout) {
    return openPublished(
        OpenPublished.newBuilder()
            .setName(name)
            .setTimeoutNanos(Durations.nanos(Durations.timeout(timeout))));
  }

  /** Opens the stream that is published under a name now. */
  public Optional<BufferStream> tryOpenStream(String name) {
    try {
      return Optional.of(openPublished(OpenPublished.newBuilder().setName(name)));
    } catch (BusyException e) {
      return Optional.empty();
    }
  }

  private BufferStream openPublished(OpenPublished.Builder request) {
    return link.get(
        ToService.newBuilder().setOpenPublished(request),
        answer -> RemoteStream.opened(link, answer.message().getOpened().getStream()));
  }
}
