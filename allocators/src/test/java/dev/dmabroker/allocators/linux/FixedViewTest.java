package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.UserMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Addresses that stay, across many moves; see the main class. {@code -Ddmabroker.moves=10000} has
 * more of them.
 */
class FixedViewTest {
  /** Fewer where the processor is emulated. */
  private static final int MOVES =
      Integer.getInteger("dmabroker.moves", System.getenv("LAB") == null ? 500 : 100);

  private static void passes(List<String> options) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            List.of("env", "MALLOC_ARENA_MAX=1"),
            options,
            FixedViewMain.class,
            String.valueOf(MOVES));
    assertEquals(0, result.status(), result.output());
    assertTrue(result.output().contains("done"), result.output());
    assertFalse(result.output().contains("FATAL ERROR"), result.output());
    System.out.println(result.output());
  }

  @Test
  void withTheChecksOn() throws Exception {
    passes(List.of("-ea", "-esa", "-Xcheck:jni"));
  }

  /** Without the first compiler whatever is compiled is by C2. */
  @Test
  void compiledByC2() throws Exception {
    String tools = System.getenv("JAVA_TOOL_OPTIONS");
    Assumptions.assumeFalse(
        tools != null && tools.contains("TieredStopAtLevel"), "this JVM is kept from using C2");
    passes(List.of("-XX:-TieredCompilation", "-Xbatch"));
  }

  @Test
  void theApplicationsOwnMemoryHasTheAddressThatItHas() {
    try (Broker broker =
            Broker.builder()
                .heaps(Heaps.modelledStandIns())
                .heuristic(new FixedViewMain.ScatteredFirst())
                .build();
        SharedBuffer buffer =
            broker.adopt("own", BlobSpec.of(4096), UserMemory.of(ByteBuffer.allocateDirect(4096)));
        Attachment in =
            buffer.attach(broker.register("viewer", Constraints.builder().cpuOnly().build()))) {
      CpuAccessException refusal =
          assertThrows(
              CpuAccessException.class, () -> in.fixedView(4096).begin(Access.READ).close());
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.contains("cannot be mapped at addresses that stay"), message);
      assertTrue(message.contains("user memory"), message);
    }
  }
}
