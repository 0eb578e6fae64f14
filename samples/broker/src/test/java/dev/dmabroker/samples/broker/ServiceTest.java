package dev.dmabroker.samples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.samples.broker.Census.ClientRow;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
  private Path folder;

  @BeforeEach
  void use(@TempDir Path empty) {
    folder = empty;
  }

  private Service start(String... lines) throws Exception {
    Configuration configuration =
        Configuration.of(ConfigurationFile.parse("test.conf", List.of(lines)));
    if (configuration.setting(Key.STAND_INS).isStandard()) {
      configuration.set(Key.STAND_INS, "yes", "the test");
    }
    configuration.set(Key.WATCH, "no", "the test");
    return Service.start(
        configuration,
        new Supervisor(Map.of("XDG_RUNTIME_DIR", folder.toString()), 1),
        Accounts.OF_MACHINE);
  }

  private String refusal(String... lines) {
    return String.valueOf(
        assertThrows(ConfigurationException.class, () -> start(lines).close()).getMessage());
  }

  @Test
  void clientsAreServedAndTopShowsWhatTheyHave() throws Exception {
    try (Service service = start("[limits]", "memory = 64 MiB");
        RemoteBroker client = RemoteBroker.connect(service.places().socket(), "player")) {
      Device device =
          client.register("display", Constraints.builder().contiguous().cpuOnly().build());
      SharedBuffer buffer = client.export("frame", BlobSpec.of(1 << 20));
      Attachment attachment = buffer.attach(device);
      try (Mapping mapping = attachment.map(Access.WRITE)) {
        Census census = Census.of(StatusSocket.ask(service.places().status()));
        assertEquals(ProcessHandle.current().pid(), census.pid());
        ClientRow row = census.clients().get(0);
        assertEquals("player", row.name());
        assertEquals(ProcessHandle.current().pid(), row.pid());
        assertEquals(1, row.buffers());
        assertEquals(1, row.holds());
        assertEquals(64L << 20, row.limitBytes());
        assertEquals(Map.of(mapping.heapName(), 1L << 20), row.inHeaps());
        assertEquals(1L << 20, row.memoryBytes());
        assertEquals(List.of(), census.holdUps());
      }
    }
    assertEquals(
        List.of("dmabroker-0.lock"),
        List.of(folder.toFile().list()),
        "sockets go with the service; the lock stays for the next");
  }

  @Test
  void aBudgetOfTheConfigurationIsKept() throws Exception {
    try (Service service = start("[limits]", "memory = 1 MiB");
        RemoteBroker client = RemoteBroker.connect(service.places().socket(), "player")) {
      client.register("camera", Constraints.builder().cpuOnly().build());
      RuntimeException refused =
          assertThrows(
              RuntimeException.class,
              () -> {
                SharedBuffer large = client.export("frame", BlobSpec.of(2 << 20));
                large
                    .attach(client.register("viewer", Constraints.builder().cpuOnly().build()))
                    .map(Access.WRITE)
                    .close();
              });
      assertTrue(String.valueOf(refused.getMessage()).contains("budget"), refused::toString);
    }
  }

  @Test
  void thePageAndTheMetersAreOnLoopback() throws Exception {
    try (Service service = start("[service]", "http-port = 0")) {
      String page = "http://127.0.0.1:" + service.httpPort().orElseThrow() + "/";
      HttpClient http = HttpClient.newHttpClient();
      assertTrue(get(http, page).contains("<html"));
      assertTrue(get(http, page + "metrics").contains("dmabuf_"));
      assertTrue(get(http, page + "snapshot.json").contains("dmabroker-snapshot"));
    }
  }

  private static String get(HttpClient http, String uri) throws Exception {
    var answer =
        http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString());
    assertEquals(200, answer.statusCode());
    return answer.body();
  }

  @Test
  void aHeapThatIsNamedHasToBeThere() throws Exception {
    try (Service service = start("[heaps]", "allow = modelled-cma")) {
      assertTrue(service.greeting().startsWith("serves modelled-cma at "), service.greeting());
    }
    assertEquals(
        "test.conf:2: this machine has no heap 'modelled-cm'; did you mean 'modelled-cma'?",
        refusal("[heaps]", "allow = modelled-cm"));
    assertEquals(
        "test.conf:2: this machine has no heap 'memdf'; did you mean 'memfd'?",
        refusal("[heaps]", "allow = memfd, memdf"));
    assertTrue(refusal("[heaps]", "allow = modelled-cma, no-such-heap").contains("no-such-heap"));
  }

  @Test
  void aServiceThatCannotStartLeavesNothingBehind() {
    String unused = refusal("[heaps]", "allow = no-such-heap");
    assertEquals(0, folder.toFile().list().length);
  }

  @Test
  void theSocketHasTheModeThatIsAskedFor() throws Exception {
    try (Service service = start("[service]", "socket-mode = 0660")) {
      assertEquals("rw-rw----", mode(service.places().socket()));
      assertEquals("rw-------", mode(service.places().status()));
    }
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void withoutAPlaceForTheSocketThereIsNoService() {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Places.of(Configuration.standard(), new Supervisor(Map.of(), 1)));
    assertTrue(String.valueOf(refused.getMessage()).contains("--socket PATH"), refused::toString);
  }

  @Test
  void aSocketIsHandedOverToThisProcessAlone() throws Exception {
    Map<String, String> handed = Map.of("LISTEN_PID", "42", "LISTEN_FDS", "1");
    assertEquals(OptionalInt.of(3), new Supervisor(handed, 42).socket());
    assertEquals(OptionalInt.empty(), new Supervisor(handed, 43).socket());
    assertEquals(OptionalInt.empty(), new Supervisor(Map.of("LISTEN_FDS", "1"), 42).socket());
    Map<String, String> several = Map.of("LISTEN_PID", "42", "LISTEN_FDS", "2");
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, () -> new Supervisor(several, 42).socket());
    assertTrue(String.valueOf(refused.getMessage()).contains("LISTEN_FDS"), refused::toString);
  }

  @Test
  void topTakesTheUsersServiceBeforeTheMachines() {
    Supervisor user = new Supervisor(Map.of("XDG_RUNTIME_DIR", "/run/user/7"), 1);
    assertEquals(
        Path.of("/run/user/7/dmabroker-0"), Places.usual(user, file -> true).orElseThrow());
    assertEquals(
        Path.of("/run/dmabroker/dmabroker-0"),
        Places.usual(user, file -> file.startsWith("/run/dmabroker")).orElseThrow());
    assertFalse(Places.usual(user, file -> false).isPresent());
  }
}
