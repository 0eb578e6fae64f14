package dev.dmabroker.remote;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.socket.PacketListener;
import dev.dmabroker.remote.internal.service.Server;
import dev.dmabroker.remote.internal.service.ServiceSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves a broker to other processes, whose {@link RemoteBroker}, or a client in another language,
 * connects to a Unix socket. The broker stays the application's: it may use the broker itself
 * meanwhile, {@linkplain #publish share} its own streams and buffers with clients, and closes it
 * after the service. Thread-safe.
 *
 * <p>The service believes nothing that a client says. A client that exceeds its {@linkplain
 * ClientLimits limits} is refused what it asked for; one that sends what is no message, floods the
 * service, or does not read what it is sent, is let go, and so is one that holds up others for too
 * long. Whatever a client had is closed when it goes.
 */
public final class BrokerService implements AutoCloseable {
  private final Server server;

  private BrokerService(Server server) {
    this.server = server;
  }

  /**
   * Starts to describe a service.
   *
   * @param broker stays the application's
   * @return a builder
   */
  public static Builder builder(Broker broker) {
    return new Builder(Objects.requireNonNull(broker, "broker"));
  }

  /** {@return the clients that are connected now, in the order of their names} */
  public List<ClientState> clients() {
    return server.clients();
  }

  // ---- What the application shares ----

  /**
   * Makes a token, with which a client opens a buffer of the application. The buffer stays the
   * application's: it lives until the application closes it, and clients that have it are refused
   * from then on.
   *
   * @param buffer of the broker that is served
   * @param rights what the client may do
   * @return the token, to hand over in any way
   * @throws dev.dmabroker.ClosedException if the buffer is closed
   */
  public Token share(SharedBuffer buffer, Rights rights) {
    return server.ownShares().share(buffer, Objects.requireNonNull(rights, "rights"));
  }

  /**
   * Makes a token, with which a client opens a stream of the application, to consume it, and to
   * fill it if the rights allow it.
   *
   * @param stream of the broker that is served
   * @param rights what the client may do
   * @return the token, to hand over in any way
   * @throws dev.dmabroker.ClosedException if the stream is closed
   */
  public Token share(BufferStream stream, Rights rights) {
    return server.ownShares().share(stream, Objects.requireNonNull(rights, "rights"));
  }

  /**
   * Takes a token back: it opens nothing any more, and what clients have opened with it is taken
   * from them. Mappings and frames that they hold stay valid until they are closed.
   *
   * @param token that the application made with {@link #share(SharedBuffer, Rights) share}
   * @throws dev.dmabroker.ClosedException if the token opens nothing, or is a client's
   */
  public void revoke(Token token) {
    server.ownShares().revoke(token);
  }

  /**
   * Publishes a stream of the application under a name, by which clients open it to consume it,
   * until it is withdrawn or closed.
   *
   * @param name 1 to 64 characters
   * @param stream of the broker that is served
   * @throws dev.dmabroker.DuplicateNameException if a stream is published under the name
   * @throws dev.dmabroker.ClosedException if the stream is closed
   * @throws IllegalArgumentException if the name is blank or too long
   */
  public void publish(String name, BufferStream stream) {
    server.ownShares().publish(name, stream);
  }

  /**
   * Withdraws a name: clients that have opened the stream go on.
   *
   * @param name under which the application has published a stream
   * @throws dev.dmabroker.ClosedException if it has not
   */
  public void withdraw(String name) {
    server.ownShares().withdraw(name);
  }

  /**
   * Lets all clients go with a reason, closes what they had, and removes the socket if this service
   * made it. What clients have mapped stays mapped in their processes. Blocks until all of it is
   * closed, for 5 s at most. A second call does nothing.
   */
  @Override
  public void close() {
    server.close();
  }

  /** Collects the settings of a service. Not thread-safe. */
  public static final class Builder {
    private final Broker broker;
    private Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
    private AdmissionRule rule = AdmissionRule.ownUser(ClientTerms.usual());
    private Duration evictAfter = Duration.ofSeconds(10);
    private @Nullable ServiceListener listener;

    private Builder(Broker broker) {
      this.broker = broker;
    }

    /**
     * Sets the rule that decides who may be a client. Unless set, it is {@link
     * AdmissionRule#ownUser} with the {@linkplain ClientTerms#usual usual} terms.
     *
     * @param itsRule the rule
     * @return this builder
     */
    public Builder admission(AdmissionRule itsRule) {
      rule = Objects.requireNonNull(itsRule, "admission");
      return this;
    }

    /**
     * Sets the permissions of the socket at a path; {@code rw-------} unless set. A process needs
     * to write to it to connect, and is still asked about by the {@link #admission} rule.
     *
     * @param itsPermissions of the socket
     * @return this builder
     */
    public Builder permissions(Set<PosixFilePermission> itsPermissions) {
      permissions =
          itsPermissions.isEmpty()
              ? EnumSet.noneOf(PosixFilePermission.class)
              : EnumSet.copyOf(itsPermissions);
      return this;
    }

    /**
     * Sets for how long a client may hold up others beyond the longest hold of its device, before
     * it loses its connection; 10 s unless set.
     *
     * @param time positive
     * @return this builder
     * @throws IllegalArgumentException unless the duration is positive
     */
    public Builder evictAfter(Duration time) {
      if (Objects.requireNonNull(time, "evictAfter").isNegative() || time.isZero()) {
        throw new IllegalArgumentException("evictAfter must be positive, is " + time);
      }
      evictAfter = time;
      return this;
    }

    /**
     * Sets what is told which clients come and go.
     *
     * @param itsListener the listener
     * @return this builder
     */
    public Builder listener(ServiceListener itsListener) {
      listener = Objects.requireNonNull(itsListener, "listener");
      return this;
    }

    /**
     * Serves from now on, at a path. The file {@code PATH.lock} beside the socket tells other
     * services that the path is taken; it stays there. A socket that a service left behind when it
     * was killed is replaced.
     *
     * @param socket at most 107 bytes, in a folder to which this process may write
     * @return the service
     * @throws IOException if a service listens there already, if there is another file, a symbolic
     *     link, or a socket of another user, if the path is too long, or if the folder cannot be
     *     used; the text says which
     */
    public BrokerService start(Path socket) throws IOException {
      int mode = 0;
      String letters = PosixFilePermissions.toString(permissions); // Nine, from the owner's r on.
      for (int i = 0; i < letters.length(); i++) {
        mode |= letters.charAt(i) == '-' ? 0 : 0400 >> i;
      }
      return start(PacketListener.at(socket, mode));
    }

    /**
     * Serves from now on, at a socket that this process was started with, as systemd hands it over
     * (sd_listen_fds(3)).
     *
     * @param descriptor of a Unix socket of the type SOCK_SEQPACKET that listens; the service
     *     closes it
     * @return the service
     * @throws IOException if the descriptor is none of a socket of this kind; the text says what is
     *     wrong, and the descriptor stays open then
     */
    public BrokerService start(int descriptor) throws IOException {
      return start(PacketListener.inherited(descriptor));
    }

    private BrokerService start(PacketListener at) throws IOException {
      return new BrokerService(
          new Server(broker, at, new ServiceSettings(rule, evictAfter, listener)));
    }
  }
}
