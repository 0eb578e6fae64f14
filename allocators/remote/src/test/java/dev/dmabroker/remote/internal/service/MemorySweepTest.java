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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often the service looks for memory that clients keep. */
class MemorySweepTest {
  private final ManualTimer timer = new ManualTimer();

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
      timer.scheduled.remove().run();
    }
    assertEquals(List.of(200L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 6400L, 6400L), timer.delays);

    timer.delays.clear();
    timer.scheduled.clear();
    sweep.soon();
    timer.scheduled.remove().run();
    assertEquals(List.of(200L, 200L), timer.delays, "something has happened");

    sweep.close(); // So it is not told that the buffer goes.
    kept.close();
    timer.scheduled.remove().run();
    assertEquals(List.of(200L, 200L), timer.delays, "nothing is kept any more");
    assertEquals(0, client.account().bytes());
  }
}
