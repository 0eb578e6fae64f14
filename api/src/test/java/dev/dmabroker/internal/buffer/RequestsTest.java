package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who waits for a buffer, by themselves. */
class RequestsTest extends Fixture {
  private final ManagedBuffer buffer = Handles.of(export());
  private final Requests requests = new Requests();
  private final Request<?> first = new PrepareRequest(buffer.life, true);
  private final Request<?> second = new EvacuateRequest(buffer.life);
  private final Request<?> third = new PrepareRequest(buffer.life, true);

  private List<Queued> offered() {
    List<Queued> offered = new ArrayList<>();
    requests.serve(
        request -> {
          offered.add(request);
          return false;
        });
    return offered;
  }

  private void addAll() {
    requests.add(first);
    requests.add(second);
    requests.add(third);
  }

  @Test
  void nobodyWaitsAtFirst() {
    assertEquals(0, requests.size());
    assertEquals(Optional.empty(), requests.first());
    requests.remove(first);
    assertEquals(List.of(), offered());
  }

  @Test
  void theyAreOfferedTheirTurnInTheirOrderAndGoOnWaitingIfNotServed() {
    addAll();
    assertEquals(3, requests.size());
    assertEquals(List.of(first, second, third), offered());
    assertEquals(3, requests.size());
    requests.serve(request -> request == second);
    assertEquals(List.of(first, third), offered());
    requests.serve(request -> true);
    assertEquals(0, requests.size());
  }

  @Test
  void whoHasEndedIsPassedOver() {
    addAll();
    assertTrue(first.claim());
    assertEquals(Optional.of(second), requests.first());
    assertEquals(List.of(second, third), offered());
    assertEquals(2, requests.size(), "and forgotten");
    assertTrue(second.claim());
    assertTrue(third.claim());
    assertEquals(Optional.empty(), requests.first());
  }

  @Test
  void whoGivesUpLeaves() {
    addAll();
    requests.remove(second);
    requests.remove(second);
    assertEquals(List.of(first, third), offered());
    requests.remove(first);
    requests.remove(third);
    assertEquals(0, requests.size());
    requests.add(second);
    assertEquals(List.of(second), offered());
  }

  @Test
  void whoComesWhileOthersAreServedWaitsToo() {
    requests.add(first);
    requests.serve(
        request -> {
          requests.add(second);
          return true;
        });
    assertEquals(List.of(second), offered());
  }

  @Test
  void theyFailAfterTheLockAndOnlyThoseThatAreMeant() {
    addAll();
    BrokerException failure = Exceptions.closed("enough");
    AfterLock after = new AfterLock();
    requests.fail(after, request -> request instanceof PrepareRequest, failure);
    assertTrue(first.isDone());
    assertFalse(second.isDone());
    assertEquals(List.of(second), offered());
    after.run();
    for (Request<?> failed : List.of(first, third)) {
      assertEquals(
          failure, assertThrows(ClosedException.class, () -> failed.await(Duration.ofSeconds(30))));
    }
  }
}
