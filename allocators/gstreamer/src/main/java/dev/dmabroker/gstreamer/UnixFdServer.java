package dev.dmabroker.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.allocators.linux.socket.StreamListener;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves a stream's frames to GStreamer: any number of {@code unixfdsrc} (GStreamer 1.24 or later)
 * connect to a Unix socket, and get each frame's memory by its descriptor, without a copy. Each is
 * a consumer of the stream with a device of its own. A buffer that moves between two frames is to
 * GStreamer simply another descriptor. Thread-safe.
 *
 * <p>A client holds a frame until it releases it or its connection ends; all that it held goes back
 * to the stream then, also if the client was killed. When the stream stops or is closed, clients
 * are told that no frame follows, which ends their pipelines as the end of a file does. A client
 * that connects afterwards waits until the stream starts again.
 *
 * <p>The server believes nothing that a client says. It lets a client go that sends what a source
 * does not send, releases what it does not hold, does not read, or holds as many frames as it may
 * for too long. The log of this class says why. The kernel never takes a descriptor away: a client
 * that was let go may still read and write the memory that it was sent. The default {@linkplain
 * Builder#device device} has a group, so that the stream takes other memory then before it goes on.
 */
public final class UnixFdServer implements AutoCloseable {
  private final ServerLoop loop;

  private UnixFdServer(ServerLoop loop) {
    this.loop = loop;
  }

  /**
   * Starts to describe a server.
   *
   * @param broker stays the application's; each client registers a device with it
   * @param stream of that broker; it stays the application's, and need not be started yet
   * @return a builder
   */
  public static Builder builder(Broker broker, BufferStream stream) {
    return new Builder(
        Objects.requireNonNull(broker, "broker"), Objects.requireNonNull(stream, "stream"));
  }

  /** {@return the clients that are connected now, in the order in which they came} */
  public List<UnixFdClientState> clients() {
    return loop.states();
  }

  /**
   * Tells all clients that no frame follows, takes back what they hold, and removes the socket.
   * Blocks until the clients have gone, for one second at most. A second call does nothing.
   */
  @Override
  public void close() {
    loop.close();
  }

  /** Collects the settings of a server; the last value of a part counts. Not thread-safe. */
  public static final class Builder {
    /** A source keeps one, and has one under way through each of a few elements. */
    private static final int USUAL_HELD = 4;

    private final Broker broker;
    private final BufferStream stream;
    private UnixFdAdmission admission = UnixFdAdmission.ownUser(StreamConsumer.Policy.LATEST);
    private Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
    private int mostClients = 16;
    private int mostHeld = USUAL_HELD;
    private Duration evictAfter = Duration.ofSeconds(10);
    private String frameRate = "0/1";
    private @Nullable DeviceSpec device;
    private @Nullable String caps;

    private Builder(Broker broker, BufferStream stream) {
      this.broker = broker;
      this.stream = stream;
    }

    /**
     * Sets which frames every client of this process's user gets; {@link
     * StreamConsumer.Policy#LATEST} unless set. A client that gets every frame holds up the
     * producer while it holds as many as it may.
     *
     * @param policy for each client
     * @return this builder
     */
    public Builder policy(StreamConsumer.Policy policy) {
      return admission(UnixFdAdmission.ownUser(policy));
    }

    /**
     * Sets which processes are served, and which frames each gets; those of this process's user and
     * of root, with {@link StreamConsumer.Policy#LATEST}, unless set.
     *
     * @param rule decides about each client
     * @return this builder
     */
    public Builder admission(UnixFdAdmission rule) {
      admission = Objects.requireNonNull(rule, "admission");
      return this;
    }

    /**
     * Sets the permissions of the socket; {@code rw-------} unless set. A process needs to write to
     * it to connect, and is still asked about by the {@link #admission} rule.
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
     * Sets how many clients may be connected; 16 unless set.
     *
     * @param count at least 1 client
     * @return this builder
     * @throws IllegalArgumentException if the count is less
     */
    public Builder mostClients(int count) {
      check(count >= 1, "mostClients must be at least 1, is " + count);
      mostClients = count;
      return this;
    }

    /**
     * Sets how many frames a client may hold; 4 unless set. It is sent no more until it releases
     * one. Elements that look ahead, such as encoders, and queues hold several.
     *
     * @param count 2 to 64 frames, as a sink keeps the last until the next comes
     * @return this builder
     * @throws IllegalArgumentException if the count is less or more
     */
    public Builder mostHeld(int count) {
      check(count >= 2 && count <= 64, "mostHeld must be 2 to 64, is " + count);
      mostHeld = count;
      return this;
    }

    /**
     * Sets for how long a client may hold as many frames as it may without releasing the oldest,
     * before it is let go; 10 s unless set. A pipeline that pauses for longer with full queues
     * needs more.
     *
     * @param time positive
     * @return this builder
     * @throws IllegalArgumentException unless the time is positive
     */
    public Builder evictAfter(Duration time) {
      check(
          !Objects.requireNonNull(time, "evictAfter").isNegative() && !time.isZero(),
          "evictAfter must be positive, is " + time);
      evictAfter = time;
      return this;
    }

    /**
     * Sets what the devices of clients are made from: each has these parts, and a number after the
     * name. Unless set, they are called {@code unixfd}, reach any memory that drivers import, are a
     * {@linkplain DeviceSpec.Builder#group group} of that name, and declare to hold as many frames
     * as {@link #mostHeld} says, so that the stream refuses a client for which it has no buffers.
     *
     * @param spec what the elements of the pipelines need; for pipelines that use the CPU alone,
     *     {@code cpuOnly}
     * @return this builder
     */
    public Builder device(DeviceSpec spec) {
      device = Objects.requireNonNull(spec, "device");
      return this;
    }

    /**
     * Sets the frame rate that caps say; {@code 0/1}, which means that it varies, unless set.
     *
     * @param frames how many frames, at least 0
     * @param seconds in how many seconds, at least 1
     * @return this builder
     * @throws IllegalArgumentException if a number is less
     */
    public Builder frameRate(int frames, int seconds) {
      check(
          frames >= 0 && seconds >= 1,
          "frameRate must be at least 0/1, is " + frames + "/" + seconds);
      frameRate = frames + "/" + seconds;
      return this;
    }

    /**
     * Sets the caps, in GStreamer's text form, for buffers that are no picture, or of which more is
     * known. Unless set, they follow from each frame's layout: {@code video/x-raw} with format,
     * size and frame rate for a linear picture, and with {@code memory:DMABuf} and a DRM format for
     * another.
     *
     * @param text such as {@code video/x-h264, stream-format=byte-stream}
     * @return this builder
     * @throws IllegalArgumentException if the text is blank, or has over 4,000 letters
     */
    public Builder caps(String text) {
      check(!text.isBlank() && text.length() <= 4000, "caps must be 1 to 4000 letters");
      caps = text;
      return this;
    }

    /**
     * Serves from now on, at a path. The file {@code PATH.lock} beside the socket tells other
     * servers that the path is taken; it stays there. A socket that a server left behind when it
     * was killed is replaced.
     *
     * @param socket at most 107 bytes, in a folder to which this process may write
     * @return the server
     * @throws IOException if a server listens there already, if there is another file, a symbolic
     *     link, or a socket of another user, if the path is too long, or if the folder cannot be
     *     used; the text says which
     * @throws IllegalArgumentException if GStreamer has no caps for what the stream's buffers hold,
     *     and none are set
     */
    public UnixFdServer start(Path socket) throws IOException {
      ServerSettings settings =
          new ServerSettings(
              broker,
              stream,
              device == null ? usualDevice() : device,
              admission,
              mostClients,
              mostHeld,
              evictAfter,
              frameRate,
              Optional.ofNullable(caps));
      check(
          settings.capsOf(stream.spec().buffer().layout()).isPresent(),
          "GStreamer has no caps for " + stream.spec().buffer() + "; say some by caps(...)");
      StreamListener listener = StreamListener.at(socket, mode());
      try {
        return new UnixFdServer(new ServerLoop(settings, listener));
      } catch (SocketFailure | RuntimeException | Error e) {
        listener.close();
        throw e;
      }
    }

    private DeviceSpec usualDevice() {
      return DeviceSpec.builder("unixfd")
          .access(Access.READ)
          .constraints(Constraints.builder().camping(mostHeld).build())
          .group("unixfd")
          .build();
    }

    private int mode() {
      int mode = 0;
      String letters = PosixFilePermissions.toString(permissions); // Nine, from the owner's r on.
      for (int i = 0; i < letters.length(); i++) {
        mode |= letters.charAt(i) == '-' ? 0 : 0400 >> i;
      }
      return mode;
    }

    private static void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }
}
