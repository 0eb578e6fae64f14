package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A thread that waits in {@link Attachment#map(Access)} has not lost the attachment, although code
 * that the JVM has compiled keeps no reference to it: neither does the caller need it any more, nor
 * the method that it called. A JVM of its own compiles that code.
 */
class WaitingHandleTest {
  @Test
  void aThreadThatWaitsKeepsItsAttachment() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Xbatch",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline," + Child.class.getName() + "::attachAndMap",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD) // Its many leaks are meant.
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
    assertEquals("mapped in cma", said.strip());
  }

  /** Maps without a variable for the attachment, while a collector looks for what was lost. */
  static final class Child {
    private static final int WARM_UP = 20_000;

    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Set<String> lost = ConcurrentHashMap.newKeySet();
      BrokerListener listener =
          new BrokerListener() {
            @Override
            public void leaked(LeakFound event) {
              lost.add(event.buffer());
            }
          };
      try (Broker broker =
          Broker.builder()
              .heap(ScriptedHeap.system())
              .heap(ScriptedHeap.cma())
              .heuristic(new InOrder())
              .leakTracking(LeakTracking.ALWAYS)
              // The collector may need its time on a busy machine: that is not what is looked for.
              .mapTimeout(Await.EMULATED)
              .longestHold(Await.EMULATED)
              .listener(listener, Delivery.IN_PLACE)
              .build()) {
        for (int i = 0; i < WARM_UP; i++) {
          try (SharedBuffer buffer = broker.export(BlobSpec.of(4096));
              Device device = broker.register("device", Constraints.none())) {
            attachAndMap(buffer, device).close();
          }
        }
        System.out.println(mapWhileTheCollectorLooks(broker, lost));
      }
    }

    private static String mapWhileTheCollectorLooks(Broker broker, Set<String> lost)
        throws Exception {
      SharedBuffer frame = broker.export("frame", BlobSpec.of(4096));
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      try (Attachment in = frame.attach(broker.register("camera", Constraints.none()))) {
        Mapping written = in.map(Access.WRITE);
        CompletableFuture<Mapping> waits =
            CompletableFuture.supplyAsync(() -> attachAndMap(frame, display));
        Await.until("it waits", () -> frame.state() == SharedBuffer.State.DRAINING);
        lose(broker);
        Await.until(
            "what was lost meanwhile is found",
            () -> {
              System.gc();
              return lost.contains("lost");
            });
        written.close();
        try (Mapping mapping = waits.get(Await.EMULATED.toSeconds(), TimeUnit.SECONDS)) {
          return "mapped in " + mapping.heapName();
        } catch (java.util.concurrent.ExecutionException e) {
          return e.getCause() instanceof ClosedException closed
              ? String.valueOf(closed.getMessage())
              : "" + e;
        }
      }
    }

    private static void lose(Broker broker) {
      SharedBuffer unused = broker.export("lost", BlobSpec.of(4096));
    }

    private static Mapping attachAndMap(SharedBuffer buffer, Device device) {
      return buffer.attach(device).map(Access.READ);
    }
  }
}
