package dev.dmabroker.scenario;

import dev.dmabroker.Device;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** Devices, and memory that no heap of the broker gave. */
abstract class AdoptFixture extends Fixture {
  static final Duration SOON = Duration.ofSeconds(10);
  static final Constraints ELSEWHERE_ONLY =
      Constraints.builder().permittedHeaps("elsewhere").build();

  final ScriptedMemory users =
      new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ true, SIZE, "users");
  final ScriptedMemory imported =
      new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, "inode 7");

  SharedBuffer adopt(ScriptedMemory memory) {
    return broker.adopt("frame", BlobSpec.of(SIZE), memory);
  }

  Device display() {
    return broker.register("display", CONTIGUOUS);
  }

  Device camera() {
    return broker.register("camera", Constraints.none());
  }

  @AfterEach
  void memoryIsLetGoOfOnce() {
    try {
      broker.close();
    } catch (OutstandingMappingsException e) {
      // A move that the test left under way ends as soon as it gets to run.
    }
    // The mover gives it back after that, in its own time.
    Await.until("it is let go of", () -> users.heap.live() + imported.heap.live() == 0);
  }
}
