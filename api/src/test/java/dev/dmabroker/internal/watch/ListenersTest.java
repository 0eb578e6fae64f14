package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Time;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told. */
class ListenersTest {
  private static final MemoryReleased EVENT = new EventRecords.MemoryReleased("frame", "system", 1);

  private int told;
  private final BrokerListener counting =
      new BrokerListener() {
        @Override
        public void released(MemoryReleased event) {
          told++;
        }
      };
  private final BrokerListener broken =
      new BrokerListener() {
        @Override
        public void released(MemoryReleased event) {
          throw new StackOverflowError("deep");
        }
      };

  private void assertTold(int times, Listeners listeners) {
    told = 0;
    listeners.tell(listener -> listener.released(EVENT));
    assertEquals(times, told);
  }

  @Test
  void whoHasLeftIsToldNothingMoreAndLeavesOnce() throws Exception {
    Listeners listeners = new Listeners(List.of(), Time.ofMachine());
    assertTrue(listeners.isEmpty());
    assertTold(0, listeners);
    AutoCloseable once = listeners.add(counting);
    AutoCloseable twice = listeners.add(counting);
    assertFalse(listeners.isEmpty());
    assertTold(2, listeners);
    twice.close();
    twice.close();
    assertTold(1, listeners);
    once.close();
    assertTold(0, listeners);
    assertTrue(listeners.isEmpty());
  }

  @Test
  void oneThatDiesOfAnErrorKeepsNobodyElseFromBeingTold() {
    assertTold(2, new Listeners(List.of(counting, broken, counting), Time.ofMachine()));
  }

  @Test
  void whatUserCodeThrowsStaysThere() {
    Guarded.run("a test", () -> broken.released(EVENT));
    Guarded.run("a test", () -> counting.released(EVENT));
    assertEquals(1, told);
  }
}
