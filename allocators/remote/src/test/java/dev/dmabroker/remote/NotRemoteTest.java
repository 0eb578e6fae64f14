package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be served by another process is refused, by name, and nothing is left of it. */
class NotRemoteTest {
  private static final BufferSpec SPEC = BlobSpec.of(4096);

  @TempDir private Path folder;
  private Broker broker;
  private BrokerService service;
  private RemoteBroker remote;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .build();
    service = BrokerService.builder(broker).start(folder.resolve("socket"));
    remote = RemoteBroker.connect(folder.resolve("socket"), "client");
  }

  @AfterEach
  void end() {
    remote.close();
    service.close();
    broker.close();
  }

  private static void assertRefused(String operation, String help, Runnable call) {
    NotRemoteException refused = assertThrows(NotRemoteException.class, call::run);
    assertEquals(operation, refused.operation());
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.startsWith(operation) && text.contains(help), text);
  }

  @Test
  void memoryOfThisProcessIsNotAdopted() {
    ScriptedMemory memory =
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ true, 4096, null);
    assertRefused("Broker.adopt", "copy the contents", () -> remote.adopt("user", SPEC, memory));
    assertTrue(broker.snapshot().buffers().isEmpty());
  }

  @Test
  void theHeapsAreTheServices() {
    assertRefused("Broker.rescan", "BrokerListener.heapsChanged", remote::rescan);
  }

  @Test
  void noStreamWaitsForConsumersThatItCanDoWithout() {
    Device camera = remote.register("camera", Constraints.none());
    Device viewer = remote.register("viewer", Constraints.none());
    StreamSpec spec =
        StreamSpec.builder("video", SPEC, camera)
            .dispensable(viewer, Duration.ofSeconds(1))
            .build();
    assertRefused("StreamSpec.dispensable", "close a consumer", () -> remote.stream(spec));
    assertTrue(broker.snapshot().streams().isEmpty());
  }

  @Test
  void noAddressIsKeptForMemoryOfTheService() {
    Attachment in =
        remote
            .export("frame", SPEC)
            .attach(remote.register("viewer", Constraints.builder().cpuOnly().build()));
    assertRefused("Attachment.fixedView", "CPU view", () -> in.fixedView(4096));
  }

  @Test
  void noListenerIsWaitedFor() {
    assertRefused(
        "Broker.listen(listener, IN_PLACE)",
        "Delivery.QUEUED",
        () -> remote.listen(new BrokerListener() {}, Delivery.IN_PLACE));
  }
}
