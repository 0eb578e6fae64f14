package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.Admission.Refused;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerServiceTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();

  @TempDir private Path folder;
  private Path socket;
  private Broker broker;

  @BeforeEach
  void makeBroker() {
    socket = folder.resolve("socket");
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
  }

  @AfterEach
  void closeBroker() {
    broker.close();
  }

  private BrokerService serve(AdmissionRule rule) throws IOException {
    return BrokerService.builder(broker).admission(rule).start(socket);
  }

  private static AdmissionRule on(ClientTerms terms) {
    return peer -> new Admitted(terms);
  }

  private static AdmissionRule on(ClientLimits.Builder limits) {
    return on(ClientTerms.builder().limits(limits.build()).build());
  }

  private static String refusal(Class<? extends Exception> type, Runnable call) {
    return String.valueOf(assertThrows(type, call::run).getMessage());
  }

  @Test
  void clientsAreListedWithWhatTheyHave() throws Exception {
    try (BrokerService service = serve(on(ClientTerms.usual()));
        RemoteBroker viewer = RemoteBroker.connect(socket, "viewer");
        RemoteBroker camera = RemoteBroker.connect(socket, "camera")) {
      Device device = camera.register("sensor", CPU);
      Attachment in = camera.export("frame", BlobSpec.of(4096)).attach(device);
      try (Mapping unused = in.map(Access.WRITE)) {
        assertEquals(List.of("camera", "viewer"), names(service));
        ClientState state = service.clients().get(0);
        assertEquals(ProcessHandle.current().pid(), state.peer().pid());
        assertFalse(state.connectedSince().isAfter(Instant.now()));
        assertEquals(
            List.of(1, 1, 1, 1, 0),
            List.of(
                state.devices(),
                state.buffers(),
                state.attachments(),
                state.mappings(),
                state.streams()));
        assertEquals(4096, state.memoryBytes());
        assertEquals(List.of(), state.holdsUp());
      }
      assertEquals("viewer", viewer.name());
    }
  }

  private static List<String> names(BrokerService service) {
    return service.clients().stream().map(ClientState::name).toList();
  }

  @Test
  void whatAClientHoldsUpIsSaid() throws Exception {
    try (BrokerService service = serve(on(ClientTerms.usual()));
        RemoteBroker camera = RemoteBroker.connect(socket, "camera")) {
      SharedBuffer frame = camera.export("frame", BlobSpec.of(4096));
      Mapping held = frame.attach(camera.register("sensor", CPU)).map(Access.WRITE);
      Attachment late =
          frame.attach(
              camera.register("display", Constraints.builder().cpuOnly().contiguous().build()));
      var waiting = late.mapAsync(Access.READ);
      Await.until("it says so", () -> !service.clients().get(0).holdsUp().isEmpty());
      var holder = service.clients().get(0).holdsUp().get(0);
      assertEquals("camera/sensor", holder.device());
      assertFalse(holder.held().isNegative());
      held.close();
      waiting.get(30, TimeUnit.SECONDS).close();
    }
  }

  @Test
  void aRefusedClientIsToldWhyAndTheListenerWhom() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ServiceListener listener =
        new ServiceListener() {
          @Override
          public void connected(ClientState client) {
            told.add(client.name() + " connected");
          }

          @Override
          public void refused(Peer peer, String reason) {
            told.add(peer.name() + " of " + peer.pid() + " refused: " + reason);
          }

          @Override
          public void left(ClientState client, String reason) {
            told.add(client.name() + " left: " + reason);
          }
        };
    try (BrokerService service =
        BrokerService.builder(broker)
            .admission(
                peer ->
                    peer.name().equals("camera")
                        ? new Admitted(ClientTerms.usual())
                        : new Refused("cameras only"))
            .listener(listener)
            .start(socket)) {
      String text =
          refusal(
              ClosedException.class,
              () -> {
                try {
                  RemoteBroker.connect(socket, "spy").close();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertTrue(text.contains("cameras only"), text);
      RemoteBroker.connect(socket, "camera").close();
      long pid = ProcessHandle.current().pid();
      assertEquals("spy of " + pid + " refused: cameras only", told.poll(30, TimeUnit.SECONDS));
      assertEquals("camera connected", told.poll(30, TimeUnit.SECONDS));
      assertEquals("camera left: it said goodbye", told.poll(30, TimeUnit.SECONDS));
      assertEquals(List.of(), service.clients());
    }
  }

  @Test
  void aRuleThatFailsRefuses() throws Exception {
    try (BrokerService unused =
        serve(
            peer -> {
              throw new IllegalStateException("the database is away");
            })) {
      String text =
          refusal(
              ClosedException.class,
              () -> {
                try {
                  RemoteBroker.connect(socket, "camera").close();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertTrue(text.contains("rule for clients failed"), text);
    }
  }

  /** What an application throws may fail even when it is asked what it says. */
  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw this;
    }
  }

  @Test
  void aRequestThatCannotEvenBeRefusedEndsTheConnectionWithAReason() throws Exception {
    try (BrokerService unused =
        serve(
            peer -> {
              throw new Unspeakable();
            })) {
      CompletableFuture<ClosedException> refused =
          CompletableFuture.supplyAsync(
              () ->
                  assertThrows(
                      ClosedException.class, () -> RemoteBroker.connect(socket, "camera").close()));
      String text = String.valueOf(refused.get(30, TimeUnit.SECONDS).getMessage());
      assertTrue(text.contains("the service failed") && text.contains("Unspeakable"), text);
    }
  }

  @Test
  void anotherUserIsRefusedUnlessARuleTakesHim() {
    int own = peer(0).uid();
    AdmissionRule rule = AdmissionRule.ownUser(ClientTerms.usual());
    assertEquals(Refused.class, rule.decide(peer(own + 1)).getClass());
    assertTrue(rule.decide(peer(own + 1)).toString().contains("user " + own + " alone"));
  }

  private static Peer peer(int uid) {
    return new Peer("camera", 1, uid, 0);
  }

  @Test
  void limitsRefuseBeforeAnythingIsMade() throws Exception {
    try (BrokerService unused =
            serve(
                on(
                    ClientLimits.builder()
                        .devices(1)
                        .buffers(2)
                        .attachments(1)
                        .mappings(1)
                        .streams(1)));
        RemoteBroker camera = RemoteBroker.connect(socket, "camera")) {
      Device device = camera.register("sensor", CPU);
      String text = refusal(IllegalStateException.class, () -> camera.register("second", CPU));
      assertTrue(text.contains("1 of at most 1 devices"), text);
      refusal(IllegalStateException.class, () -> camera.exportSet("frames", BlobSpec.of(4096), 3));
      assertEquals(List.of(), broker.snapshot().buffers());
      Attachment in = camera.export("frame", BlobSpec.of(4096)).attach(device);
      refusal(
          IllegalStateException.class,
          () -> camera.export("other", BlobSpec.of(4096)).attach(device));
      try (Mapping mapping = in.map(Access.READ)) {
        assertTrue(mapping.isOpen());
      }
      in.map(Access.READ).close();
    }
  }

  @Test
  void aShadowIsChargedAsABufferIs() throws Exception {
    try (BrokerService service = serve(on(ClientLimits.builder().memoryBytes(4096)));
        RemoteBroker camera = RemoteBroker.connect(socket, "camera")) {
      SharedBuffer screen =
          camera.openBuffer(
              service.share(SharingTest.adopted(broker), Rights.of(Access.READ_WRITE)));
      Shadow shadow = camera.shadow(screen);
      assertEquals(4096, service.clients().get(0).memoryBytes());
      refusal(BudgetExceededException.class, () -> camera.shadow(screen));
      shadow.close();
      Await.until("its charge is back", () -> service.clients().get(0).memoryBytes() == 0);
      camera.shadow(screen).close();
    }
  }

  @Test
  void theLongestHoldIsCapped() throws Exception {
    try (BrokerService unused =
            serve(on(ClientLimits.builder().longestHold(Duration.ofMillis(200))));
        RemoteBroker camera = RemoteBroker.connect(socket, "camera")) {
      assertEquals(Duration.ofMillis(200), camera.register("modest", CPU).longestHold());
      String text =
          refusal(
              IllegalArgumentException.class,
              () ->
                  camera.register(
                      DeviceSpec.builder("greedy")
                          .constraints(CPU)
                          .longestHold(Duration.ofSeconds(1))
                          .build()));
      assertTrue(text.contains("at most 200 ms"), text);
    }
  }

  @Test
  void theSocketGoesWithTheServiceAndTheBrokerStays() throws Exception {
    BrokerService service = serve(on(ClientTerms.usual()));
    RemoteBroker camera = RemoteBroker.connect(socket, "camera");
    Device unused = camera.register("sensor", CPU);
    String text = refusal(java.io.UncheckedIOException.class, this::serveAgain);
    assertTrue(text.contains("is taken"), text);
    service.close();
    service.close();
    assertFalse(Files.exists(socket));
    assertEquals(List.of(), broker.snapshot().devices());
    broker.export(BlobSpec.of(4096)).close();
    serve(on(ClientTerms.usual())).close();
    camera.close();
  }

  private void serveAgain() {
    try {
      serve(on(ClientTerms.usual())).close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e.getMessage(), e);
    }
  }

  @Test
  void namesThatWouldMixClientsUpAreRefused() throws Exception {
    try (BrokerService service = serve(on(ClientTerms.usual()))) {
      for (String name : Set.of("a/b", "", "a\nb", "n".repeat(65))) {
        refusal(
            ClosedException.class,
            () -> {
              try {
                RemoteBroker.connect(socket, name).close();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
      }
      assertEquals(List.of(), service.clients());
    }
  }
}
