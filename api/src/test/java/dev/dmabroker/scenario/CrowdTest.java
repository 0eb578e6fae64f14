package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Ten thousand who wait for one buffer. Each would take minutes if one of them cost a walk. */
class CrowdTest extends Fixture {
  private static final int CROWD = 10_000;

  /** Maps that wait until {@link #held} is closed, for the two devices in turn. */
  private final class Crowd {
    final SharedBuffer buffer;
    final Attachment in;
    final Attachment out;
    final Mapping held;
    final List<CompletableFuture<Mapping>> maps = new ArrayList<>();

    Crowd(Duration mapTimeout) throws Exception {
      broker.close();
      broker = builder().mapTimeout(mapTimeout).callbackExecutor(Runnable::run).build();
      buffer = export();
      in =
          buffer.attach(
              broker.register(
                  DeviceSpec.builder("camera").longestHold(Duration.ofMinutes(5)).build()));
      write(in, 1);
      held = start(() -> in.map(Access.WRITE)).result();
      out = buffer.attach(broker.register("display", CONTIGUOUS));
      Await.until("draining", () -> buffer.state() == DRAINING);
      for (int i = 0; i < CROWD; i++) {
        maps.add((i % 2 == 0 ? out : in).mapAsync(Access.WRITE));
      }
    }
  }

  private int waiting() {
    return broker.snapshot().buffers().get(0).waiting();
  }

  @Test
  void theyTakeNoThreadsAndAreServedInTheirOrder() throws Exception {
    int threads = Thread.activeCount();
    Crowd crowd = new Crowd(Duration.ofMinutes(5));
    assertEquals(CROWD, waiting());
    assertTrue(Thread.activeCount() <= threads + 8, "no thread for each");
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < CROWD; i++) {
      int number = i;
      CompletableFuture<Void> unused =
          crowd
              .maps
              .get(i)
              .thenAccept(
                  mapping -> {
                    order.add(number);
                    mapping.close();
                  });
    }
    crowd.held.close();
    // Nobody gets one of them meanwhile: who waits for a future may run what is chained to it.
    Await.until("all were served", () -> order.size() == CROWD);
    for (CompletableFuture<Mapping> each : crowd.maps) {
      assertEquals("cma", each.join().heapName());
    }
    for (int i = 0; i < CROWD; i++) {
      assertEquals(i, order.get(i));
    }
  }

  @Test
  void allOfThemMayBeCancelled() throws Exception {
    Crowd crowd = new Crowd(Duration.ofMinutes(5));
    Collections.shuffle(crowd.maps, new Random(1));
    for (CompletableFuture<Mapping> each : crowd.maps) {
      assertTrue(each.cancel(false));
    }
    assertEquals(0, waiting());
    crowd.held.close();
    assertEquals(1, read(crowd.out));
  }

  @Test
  void allOfThemMayTimeOut() throws Exception {
    Crowd crowd = new Crowd(Duration.ofMillis(1));
    for (CompletableFuture<Mapping> each : crowd.maps) {
      var failure = assertThrows(ExecutionException.class, () -> each.get(30, TimeUnit.SECONDS));
      assertInstanceOf(WaitTimeoutException.class, failure.getCause());
    }
    assertEquals(0, waiting());
    crowd.held.close();
    assertEquals(1, start(() -> read(crowd.in)).result());
  }

  @Test
  void detachingRefusesThoseOfOneDeviceAndServesTheOthers() throws Exception {
    Crowd crowd = new Crowd(Duration.ofMinutes(5));
    crowd.out.close();
    crowd.held.close();
    for (int i = 0; i < CROWD; i++) {
      CompletableFuture<Mapping> each = crowd.maps.get(i);
      if (i % 2 == 0) {
        var failure = assertThrows(ExecutionException.class, () -> each.get(30, TimeUnit.SECONDS));
        assertInstanceOf(ClosedException.class, failure.getCause());
      } else {
        each.get(30, TimeUnit.SECONDS).close();
      }
    }
    assertEquals(0, waiting());
  }
}
