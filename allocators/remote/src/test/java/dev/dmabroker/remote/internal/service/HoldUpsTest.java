package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the service finds what holds up moves, in a broker with many buffers. */
class HoldUpsTest {
  private static final Duration GRACE = Duration.ofMillis(1);
  private static final int BUFFERS = 8;

  private final ManualTimer timer = new ManualTimer();

  private final Broker broker =
      Broker.builder()
          .heap(ModelledHeap.builder("system").build())
          .heap(ModelledHeap.builder("cma").contiguous(true).build())
          .heuristic(new InOrder())
          .longestHold(Duration.ofMillis(1))
          .moveRetries(Duration.ofHours(1), 3)
          .build();
  private final AtomicInteger looks = new AtomicInteger();
  private final List<String> evicted = new ArrayList<>();
  private final HoldUps holdUps =
      new HoldUps(counted(), GRACE, timer, (device, reason) -> evicted.add(reason));

  private final List<Mapping> held = new ArrayList<>();

  /** Kept, as an attachment that nothing refers to is closed by the broker. */
  private final List<Attachment> waiting = new ArrayList<>();

  /** The broker, whose snapshots are counted. */
  private Broker counted() {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (self, method, arguments) -> {
              if (method.getName().equals("snapshot")) {
                looks.incrementAndGet();
              }
              try {
                return method.invoke(broker, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @AfterEach
  void close() {
    holdUps.close();
    held.forEach(Mapping::close);
    broker.close();
    timer.shutdownNow();
  }

  /** A device keeps all buffers for longer than it may, and another waits for each. */
  private void holdAllUp() {
    Device camera = broker.register("camera", Constraints.none());
    Device display = broker.register("display", Constraints.builder().contiguous().build());
    for (int i = 0; i < BUFFERS; i++) {
      SharedBuffer buffer = broker.export("frame-" + i, BlobSpec.of(4096));
      held.add(buffer.attach(camera).map(Access.WRITE));
      waiting.add(buffer.attach(display));
    }
    Await.until("each move was rolled back", () -> timer.scheduled.size() == BUFFERS);
    long last = System.nanoTime();
    Await.until("the grace of each is over", () -> System.nanoTime() - last > GRACE.toNanos());
  }

  private void runAllScheduled() {
    for (Runnable next = timer.scheduled.poll(); next != null; next = timer.scheduled.poll()) {
      next.run();
    }
  }

  @Test
  void oneLookServesAllWhoseGraceIsOver() {
    holdAllUp();
    timer.scheduled.remove().run();
    assertEquals(1, looks.get());
    assertEquals(BUFFERS, evicted.size());
    Set<String> buffers = new HashSet<>();
    for (String reason : evicted) {
      assertTrue(reason.matches("it holds up a move of frame-\\d: camera for .*"), reason);
      buffers.add(reason.substring(0, reason.indexOf(':')));
    }
    assertEquals(BUFFERS, buffers.size());

    for (int i = 1; i < BUFFERS; i++) {
      timer.scheduled.remove().run();
    }
    assertEquals(1, looks.get(), "nothing was left to look for");
  }

  @Test
  void oneThatHasLetGoMeanwhileStays() {
    holdAllUp();
    held.forEach(Mapping::close);
    runAllScheduled();
    assertEquals(List.of(), evicted);
  }

  @Test
  void oneIsLookedAtAgainAfterTheNextMoveThatItHoldsUp() {
    Queue<BufferMove> rolledBack = new ConcurrentLinkedQueue<>();
    broker.listen(
        new BrokerListener() {
          @Override
          public void moveRolledBack(BufferMove event) {
            rolledBack.add(event);
          }
        });
    holdAllUp();
    runAllScheduled();
    evicted.clear();
    Await.until("the test was told too", () -> !rolledBack.isEmpty());
    holdUps.moveRolledBack(rolledBack.remove());
    Await.until(
        "its grace is over",
        () -> {
          timer.scheduled.element().run();
          return !evicted.isEmpty();
        });
    assertEquals(2, looks.get());
  }
}
