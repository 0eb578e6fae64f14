package dev.dmabroker.remote.internal.service;

import dev.dmabroker.BufferStream;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.Token;
import java.util.IdentityHashMap;

/**
 * What the application that serves its broker shares with clients: its own buffers and streams,
 * which stay its own. Thread-safe.
 */
public final class OwnShares implements Sharer {
  private final Grants grants;
  private final Publications publications;

  /**
   * What clients have of buffers; guarded by itself. A buffer that has gone leaves with the next.
   */
  private final IdentityHashMap<SharedBuffer, Shared> buffers = new IdentityHashMap<>();

  OwnShares(Grants grants, Publications publications) {
    this.grants = grants;
    this.publications = publications;
  }

  @Override
  public String described() {
    return "the service's application";
  }

  /** Makes a token of a buffer. */
  public Token share(SharedBuffer buffer, Rights rights) {
    return Token.of(grants.grant(this, shared(buffer), rights));
  }

  private Shared shared(SharedBuffer buffer) {
    synchronized (buffers) {
      buffers.keySet().removeIf(each -> each.state() == SharedBuffer.State.RELEASED);
      if (buffer.state() == SharedBuffer.State.RELEASED) {
        throw Exceptions.closed("cannot share " + buffer.name() + ": it is closed");
      }
      return buffers.computeIfAbsent(buffer, Shared::new);
    }
  }

  /** Makes a token of a stream. */
  public Token share(BufferStream stream, Rights rights) {
    return Token.of(grants.grant(this, open(stream, "share"), rights));
  }

  private static HeldStream open(BufferStream stream, String intent) {
    if (stream.state() == BufferStream.State.CLOSED) {
      throw Exceptions.closed(
          "cannot " + intent + " stream " + stream.spec().name() + ": it is closed");
    }
    return new HeldStream(stream, null);
  }

  /** Takes a token back. */
  public void revoke(Token token) {
    grants.revoke(this, token.bytes());
  }

  /** Publishes a stream under a name. */
  public void publish(String name, BufferStream stream) {
    if (!Publications.isName(name)) {
      throw new IllegalArgumentException(Publications.NAMES + ", not '" + name + "'");
    }
    publications.publish(this, name, open(stream, "publish"));
  }

  /** Withdraws a name. */
  public void withdraw(String name) {
    publications.withdraw(this, name);
  }
}
