package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often the service looks for memory that clients keep. */
class MemorySweepTest {
  private final List<Long> delays = new ArrayList<>();
  private final ArrayDeque<Runnable> scheduled = new ArrayDeque<>();

  /** Notes what is scheduled, and runs nothing by itself. */
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
          delays.add(unit.toMillis(delay));
          scheduled.add(task);
          return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }
      };

  private final Broker broker =
      Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build();
  private final Standing client =
      Standing.of(
          "client", new Peer("client", 1, 1, 1), ClientTerms.usual(), Instant.EPOCH, () -> {});
  private final MemorySweep sweep = new MemorySweep(broker, timer, () -> List.of(client));

  @AfterEach
  void close() {
    sweep.close();
    broker.close();
    timer.shutdownNow();
  }

  /** The client has closed a buffer that the broker has not given back. */
  private SharedBuffer keep() {
    SharedBuffer kept = broker.export("kept", BlobSpec.of(4096));
    client.account().charge("export kept", 4096);
    client.account().made(kept, 4096);
    client.account().closed(kept);
    return kept;
  }

  @Test
  void looksLessAndLessOftenForWhatAClientKeeps() {
    SharedBuffer kept = keep();
    sweep.soon();
    for (int i = 0; i < 8; i++) {
      scheduled.remove().run();
    }
    assertEquals(List.of(200L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 6400L, 6400L), delays);

    delays.clear();
    scheduled.clear();
    sweep.soon();
    scheduled.remove().run();
    assertEquals(List.of(200L, 200L), delays, "something has happened");

    sweep.close(); // So it is not told that the buffer goes.
    kept.close();
    scheduled.remove().run();
    assertEquals(List.of(200L, 200L), delays, "nothing is kept any more");
    assertEquals(0, client.account().bytes());
  }
}
