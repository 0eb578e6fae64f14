package dev.dmabroker.samples.broker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What started this process, as its environment tells: systemd, which may hand a socket over and
 * wants to be told when the service is ready, or a shell. See sd_listen_fds(3) and sd_notify(3).
 */
final class Supervisor {
  /** The first descriptor that is handed over. */
  private static final int FIRST = 3;

  /** The length of {@code sun_path} in {@code struct sockaddr_un}. */
  private static final int LONGEST_PATH = 108;

  private final Map<String, String> environment;
  private final long pid;

  /** The supervisor of this process. */
  static Supervisor ofThisProcess() {
    return new Supervisor(System.getenv(), ProcessHandle.current().pid());
  }

  Supervisor(Map<String, String> environment, long pid) {
    this.environment = environment;
    this.pid = pid;
  }

  /** A variable of the environment; empty if it is not set, or to nothing. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * The descriptor of the socket that was handed over; empty if none was.
   *
   * @throws ConfigurationException if there are several, or the environment makes no sense
   */
  OptionalInt socket() throws ConfigurationException {
    String process = environment.get("LISTEN_PID");
    String count = environment.get("LISTEN_FDS");
    if (process == null || count == null || !process.equals(String.valueOf(pid))) {
      return OptionalInt.empty(); // They were meant for a process that started this one.
    }
    if (!count.equals("1")) {
      throw new ConfigurationException(
          count
              + " sockets were handed over (LISTEN_FDS), and the service listens at one; its socket"
              + " unit has one line ListenSequentialPacket=");
    }
    return OptionalInt.of(FIRST);
  }

  /** The folder that systemd made for the service's sockets and files; empty if it made none. */
  Optional<Path> runtimeDirectory() {
    return variable("RUNTIME_DIRECTORY").map(Path::of);
  }

  /** The user's folder for sockets. */
  Optional<Path> userRuntimeDirectory() {
    return variable("XDG_RUNTIME_DIR").map(Path::of);
  }

  /** Tells that the service is ready. Does nothing if nobody wants to be told. */
  void ready(String status) {
    send("READY=1\nSTATUS=" + status + "\n");
  }

  /** Tells that the service ends. */
  void stopping() {
    send("STOPPING=1\n");
  }

  private void send(String message) {
    String path = variable("NOTIFY_SOCKET").orElse("");
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || name.length > LONGEST_PATH) {
      return;
    }
    if (name[0] == '@') {
      name[0] = 0; // A name that is no file's.
    }
    byte[] address =
        ByteBuffer.allocate(Short.BYTES + name.length)
            .order(ByteOrder.nativeOrder())
            .putShort((short) LibC.AF_UNIX)
            .put(name)
            .array();
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    int socket = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
    if (socket >= 0) {
      // If it does not arrive, systemd says that the start took too long.
      long unused = LibC.sendto(socket, bytes, bytes.length, 0, address, address.length);
      int unusedStatus = LibC.close(socket);
    }
  }
}
