package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A null is refused with the name of what is missing, and not deep in the engine. */
@SuppressWarnings({"NullAway", "DataFlowIssue"}) // As applications without a checker do it.
class NullArgumentsTest extends Fixture {
  private static final BlobSpec FRAME = BlobSpec.of(SIZE);
  private static final ScriptedMemory MEMORY =
      new ScriptedMemory(ScriptedHeap.ordinary().build(), true, SIZE, null);

  private static void assertMissing(String what, Executable call) {
    assertEquals(what, assertThrows(NullPointerException.class, call).getMessage());
  }

  @Test
  void devices() {
    assertMissing("constraints", () -> broker.register("camera", null));
    assertMissing("name", () -> broker.register(null, Constraints.none()));
    assertMissing("spec", () -> broker.register(null));
    assertMissing(
        "constraints", () -> DeviceSpec.builder("camera").alternatives(Constraints.none(), null));
    assertEquals(List.of(), broker.snapshot().devices());
  }

  @Test
  void buffers() {
    Device camera = broker.register("camera", Constraints.none());
    SharedBuffer buffer = broker.export("frame", FRAME);
    assertMissing("device", () -> buffer.attach(null));
    assertMissing("spec", () -> broker.export("frame", null));
    assertMissing("name", () -> broker.export(null, FRAME));
    assertMissing("device", () -> broker.export("frame", FRAME, null));
    assertMissing("memory", () -> broker.adopt("frame", FRAME, null));
    assertMissing("layout", () -> broker.adopt("frame", FRAME, null, MEMORY));
    assertMissing("original", () -> broker.shadow(null));
    assertMissing("devices", () -> broker.plan(FRAME, null));
    assertMissing("device", () -> broker.plan(FRAME, Arrays.asList(camera, null)));
    assertMissing("spec", () -> broker.plan(null, List.of(camera)));
  }

  @Test
  void leases() {
    Attachment in = broker.export("frame", FRAME).attach(broker.register("a", Constraints.none()));
    try (Mapping mapping = in.map(Access.READ)) {
      assertMissing("holder", () -> mapping.lease(null, recall -> {}));
      assertMissing("listener", () -> mapping.lease("viewer", null));
      assertTrue(mapping.isOpen());
    }
    assertMissing("attachment", () -> KeptMapping.of(null, Access.READ, "viewer", recall -> {}));
    assertMissing("access", () -> KeptMapping.of(in, null, "viewer", recall -> {}));
    assertMissing("holder", () -> KeptMapping.of(in, Access.READ, null, recall -> {}));
    assertMissing("listener", () -> KeptMapping.of(in, Access.READ, "viewer", null));
  }

  @Test
  void streams() {
    Device camera = broker.register("camera", Constraints.none());
    assertMissing("spec", () -> broker.stream(null));
    assertMissing("name", () -> StreamSpec.of(null, FRAME, camera));
    assertMissing(
        "device",
        () ->
            broker.stream(StreamSpec.of("preview", FRAME, camera))
                .consumer(null, StreamConsumer.Policy.LATEST));
  }
}
