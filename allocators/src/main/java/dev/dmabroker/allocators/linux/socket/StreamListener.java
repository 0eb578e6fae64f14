package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Fd;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Lets clients connect to a path by a {@link StreamSocket}. Thread-safe. */
public final class StreamListener implements AutoCloseable {
  private final ListeningSocket listening;

  private StreamListener(ListeningSocket listening) {
    this.listening = listening;
  }

  /**
   * Listens at a path.
   *
   * @param mode the permission bits of the socket; a client needs to write to it
   * @throws SocketFailure as {@link PacketListener#at}
   */
  public static StreamListener at(Path path, int mode) throws SocketFailure {
    return new StreamListener(ListeningSocket.at(path, SocketCalls.SOCK_STREAM, mode));
  }

  /**
   * Takes a client that has connected.
   *
   * @return null if there is none now
   * @throws SocketFailure if this process has no descriptor left, or the listener is closed
   */
  public @Nullable StreamSocket tryAccept() throws SocketFailure {
    Fd client = listening.tryAccept();
    return client == null ? null : StreamSocket.of(client);
  }

  /**
   * Has a poller tell when clients connect.
   *
   * @throws SocketFailure if it is closed
   */
  public Poller.Registration watch(Poller poller, Poller.Watcher watcher) throws SocketFailure {
    return listening.watch(poller, watcher);
  }

  /** Stops listening, and removes the socket. */
  @Override
  public void close() {
    listening.close();
  }
}
