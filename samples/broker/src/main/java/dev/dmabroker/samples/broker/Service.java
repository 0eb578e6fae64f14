package dev.dmabroker.samples.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.samples.dashboard.LivePage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A broker that is served as a configuration says, from {@link #start} until it is closed. */
final class Service implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Places places;
  private List<String> heaps = List.of();
  private @Nullable LivePage page;

  private Service(Places places) {
    this.places = places;
  }

  /**
   * Opens the heaps, and serves.
   *
   * @throws ConfigurationException if the configuration asks for what is not there
   * @throws IOException if the service cannot listen where it should
   */
  static Service start(Configuration configuration, Supervisor supervisor, Accounts accounts)
      throws ConfigurationException, IOException {
    Service service = new Service(Places.of(configuration, supervisor));
    try {
      service.open(configuration, new ClientRules(configuration, accounts));
      return service;
    } catch (ConfigurationException | IOException | RuntimeException | Error e) {
      service.close();
      throw e;
    }
  }

  private void open(Configuration configuration, ClientRules rules)
      throws ConfigurationException, IOException {
    Broker broker = opened(broker(configuration));
    heaps = broker.snapshot().heaps().stream().map(HeapState::name).toList();
    BrokerService.Builder builder =
        BrokerService.builder(broker)
            .admission(rules)
            .permissions(permissions(configuration.get(Key.SOCKET_MODE)))
            .evictAfter(configuration.get(Key.EVICT_AFTER));
    BrokerService served =
        opened(
            places.handedOver().isPresent()
                ? builder.start(places.handedOver().getAsInt())
                : builder.start(places.socket()));
    opened(StatusSocket.at(places.status(), new Status(broker, served, places.socket())));
    if (configuration.get(Key.HTTP_PORT).isPresent()) {
      page = opened(LivePage.onLoopback(broker, configuration.get(Key.HTTP_PORT).getAsInt()));
    }
  }

  private static Broker broker(Configuration configuration) throws ConfigurationException {
    BrokerBuilder builder =
        Broker.builder()
            .mapTimeout(configuration.get(Key.MAP_TIMEOUT))
            .longestHold(configuration.get(Key.DEFAULT_HOLD))
            .closeTimeout(configuration.get(Key.CLOSE_TIMEOUT));
    return HeapChoice.open(builder, configuration);
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.addFirst(part);
    return part;
  }

  /** The permissions that a mode of chmod(1) stands for. */
  static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder();
    for (int bit = 8; bit >= 0; bit--) {
      text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  /** What the service says of itself when it is ready. */
  String greeting() {
    return "serves " + String.join(", ", heaps) + " at " + places.socket() + httpText();
  }

  private String httpText() {
    return httpPort().map(port -> "; http://127.0.0.1:" + port + "/").orElse("");
  }

  /** The port of the live page, if there is one. */
  Optional<Integer> httpPort() {
    return Optional.ofNullable(page).map(LivePage::port);
  }

  Places places() {
    return places;
  }

  /** Lets all clients go, and closes what was opened, the last first. */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
      try {
        part.close();
      } catch (IOException e) {
        failure = new UncheckedIOException(e);
      } catch (Exception e) {
        failure = e instanceof RuntimeException ours ? ours : new IllegalStateException(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
