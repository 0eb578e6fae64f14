package dev.dmabroker.samples.broker;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Where the service listens.
 *
 * @param handedOver the descriptor of the clients' socket; if empty, it is at {@code socket}
 * @param socket the path of the clients' socket; of one that was handed over, where it should be
 * @param status where {@code top} asks
 */
record Places(OptionalInt handedOver, Path socket, Path status) {
  static final String NAME = "dmabroker-0";
  private static final String STATUS = ".status";

  /** Where a service of the whole machine is. */
  private static final Path OF_MACHINE = Path.of("/run/dmabroker");

  /**
   * Where the configuration and the supervisor want it.
   *
   * @throws ConfigurationException if there is no place
   */
  static Places of(Configuration configuration, Supervisor supervisor)
      throws ConfigurationException {
    Setting setting = configuration.setting(Key.SOCKET);
    if (!setting.text().equals(Key.SOCKET.standard())) {
      return at(OptionalInt.empty(), Path.of(setting.text()));
    }
    OptionalInt handedOver = supervisor.socket();
    if (handedOver.isPresent()) {
      return at(handedOver, supervisor.runtimeDirectory().orElse(OF_MACHINE).resolve(NAME));
    }
    Path folder =
        supervisor
            .userRuntimeDirectory()
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        setting.origin()
                            + ": no socket was handed over and XDG_RUNTIME_DIR is not set, so there"
                            + " is no place for the socket; --socket PATH gives one"));
    return at(handedOver, folder.resolve(NAME));
  }

  private static Places at(OptionalInt handedOver, Path socket) {
    return new Places(handedOver, socket, statusOf(socket));
  }

  /** Where the service of a socket tells its status. */
  static Path statusOf(Path socket) {
    return socket.resolveSibling(socket.getFileName() + STATUS);
  }

  /** The user's service, and otherwise the machine's, in the order in which to try them. */
  static Optional<Path> usual(Supervisor supervisor, Predicate<Path> isThere) {
    return Stream.concat(supervisor.userRuntimeDirectory().stream(), Stream.of(OF_MACHINE))
        .map(folder -> folder.resolve(NAME))
        .filter(socket -> isThere.test(statusOf(socket)))
        .findFirst();
  }
}
