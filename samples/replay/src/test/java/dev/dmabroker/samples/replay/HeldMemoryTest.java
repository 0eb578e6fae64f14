package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeldMemoryTest {
  private final AtomicLong micros = new AtomicLong();
  private final HeldMemory held = new HeldMemory(micros::get);

  @Test
  void theMeanCountsEachLevelForTheTimeThatItLasted() {
    micros.set(10);
    held.add("cma", 100);
    micros.set(30);
    held.add("cma", 200);
    held.add("system", 7);
    micros.set(40);
    held.add("cma", -300);
    micros.set(100);
    assertEquals((20 * 100 + 10 * 300) / 100, held.meanBytes("cma"));
    assertEquals(5, held.meanBytes("system"), "70 % of 7");
    assertEquals(50, held.meanBytes("cma"), "the answer changes nothing");
  }

  @Test
  void nothingIsHeldOfAHeapThatGaveNothing() {
    assertEquals(0, held.meanBytes("cma"));
  }
}
