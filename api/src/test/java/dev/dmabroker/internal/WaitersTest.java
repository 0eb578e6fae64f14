package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who waits for a buffer, by themselves. */
class WaitersTest extends Fixture {
  private final ManagedBuffer buffer = Handles.of(export());
  private final Waiters waiters = new Waiters();
  private final Request first = Request.prepare(buffer);
  private final Request second = Request.evacuate(buffer);
  private final Request third = Request.prepare(buffer);

  private List<Request> offered() {
    List<Request> offered = new ArrayList<>();
    waiters.serve(
        request -> {
          offered.add(request);
          return false;
        });
    return offered;
  }

  private void addAll() {
    waiters.add(first);
    waiters.add(second);
    waiters.add(third);
  }

  @Test
  void nobodyWaitsAtFirst() {
    assertEquals(0, waiters.size());
    assertEquals(Optional.empty(), waiters.first());
    waiters.remove(first);
    assertEquals(List.of(), offered());
  }

  @Test
  void theyAreOfferedTheirTurnInTheirOrderAndGoOnWaitingIfNotServed() {
    addAll();
    assertEquals(3, waiters.size());
    assertEquals(List.of(first, second, third), offered());
    assertEquals(3, waiters.size());
    waiters.serve(request -> request == second);
    assertEquals(List.of(first, third), offered());
    waiters.serve(request -> true);
    assertEquals(0, waiters.size());
  }

  @Test
  void whoHasEndedIsPassedOver() {
    addAll();
    assertTrue(first.claim());
    assertEquals(Optional.of(second), waiters.first());
    assertEquals(List.of(second, third), offered());
    assertEquals(2, waiters.size(), "and forgotten");
    assertTrue(second.claim());
    assertTrue(third.claim());
    assertEquals(Optional.empty(), waiters.first());
  }

  @Test
  void whoGivesUpLeaves() {
    addAll();
    waiters.remove(second);
    waiters.remove(second);
    assertEquals(List.of(first, third), offered());
    waiters.remove(first);
    waiters.remove(third);
    assertEquals(0, waiters.size());
    waiters.add(second);
    assertEquals(List.of(second), offered());
  }

  @Test
  void whoComesWhileOthersAreServedWaitsToo() {
    waiters.add(first);
    waiters.serve(
        request -> {
          waiters.add(second);
          return true;
        });
    assertEquals(List.of(second), offered());
  }

  @Test
  void theyFailAfterTheLockAndOnlyThoseThatAreMeant() {
    addAll();
    BrokerException failure = new ClosedException("enough");
    AfterLock after = new AfterLock();
    waiters.fail(after, request -> request.kind() == Request.Kind.PREPARE, failure);
    assertTrue(first.isDone());
    assertFalse(second.isDone());
    assertEquals(List.of(second), offered());
    after.run();
    for (Request failed : List.of(first, third)) {
      assertEquals(
          failure, assertThrows(ClosedException.class, () -> failed.await(Duration.ofSeconds(30))));
    }
  }
}
