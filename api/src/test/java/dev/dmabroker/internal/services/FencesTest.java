package dev.dmabroker.internal.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.testing.ScriptedPoller;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which poller a broker waits for fences with. */
class FencesTest {
  private final ScriptedPoller poller = new ScriptedPoller();
  private final AtomicInteger asked = new AtomicInteger();

  private Fences fences(Supplier<Optional<? extends FencePoller>> finder) {
    return new Fences(
        null,
        () -> {
          asked.incrementAndGet();
          return finder.get();
        });
  }

  @Test
  void oneThatIsGivenIsTheOne() throws Exception {
    Fences fences =
        new Fences(
            poller,
            () -> {
              throw new AssertionError("nobody has to look");
            });
    assertSame(poller, fences.poller());
    poller.watch(new SyncFile(7), errno -> {});
    assertEquals(new StateRecords.FenceState(1, Optional.empty()), fences.snapshot());
    fences.close();
    assertEquals(1, poller.timesClosed.get());
  }

  @Test
  void oneIsLookedForOnceAndNotBeforeAFenceComes() {
    Fences fences = fences(() -> Optional.of(poller));
    assertEquals(StateRecords.FenceState.NONE, fences.snapshot());
    assertEquals(0, asked.get());
    assertSame(poller, fences.poller());
    assertSame(poller, fences.poller());
    assertEquals(1, asked.get());
    assertEquals(0, poller.timesClosed.get());
    fences.close();
    assertEquals(1, poller.timesClosed.get());
  }

  @Test
  void ifThereIsNoneItIsNotLookedForAgain() {
    Fences fences = fences(Optional::empty);
    assertNull(fences.poller());
    assertNull(fences.poller());
    assertEquals(1, asked.get());
    assertEquals(StateRecords.FenceState.NONE, fences.snapshot());
    fences.close();
  }

  @Test
  void oneThatIsFoundAfterTheEndIsClosed() {
    Fences fences = fences(() -> Optional.of(poller));
    fences.close();
    assertSame(poller, fences.poller());
    assertEquals(1, poller.timesClosed.get());
    assertSame(poller, fences.poller());
    assertEquals(1, poller.timesClosed.get());
  }

  @Test
  void ofTwoThatAreFoundAtTheSameTimeOneIsClosed() {
    ScriptedPoller first = new ScriptedPoller();
    Fences[] fences = new Fences[1];
    fences[0] =
        fences(
            () -> {
              if (asked.get() == 1) {
                assertSame(first, fences[0].poller()); // As if another thread were faster.
                return Optional.of(poller);
              }
              return Optional.of(first);
            });
    assertSame(first, fences[0].poller());
    assertEquals(2, asked.get());
    assertEquals(0, first.timesClosed.get());
    assertEquals(1, poller.timesClosed.get());
  }
}
