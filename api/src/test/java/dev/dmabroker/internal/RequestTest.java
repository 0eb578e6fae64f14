package dev.dmabroker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.MapTimeoutException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests end once, whoever ends them, and whatever comes at the same time. */
class RequestTest extends Fixture {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(1);

  private final SharedBuffer buffer = export();
  private final ManagedBuffer managed = Handles.of(buffer);
  private final AttachedDevice in =
      Handles.of(buffer.attach(broker.register("camera", Constraints.none())));
  private final AfterLock after = new AfterLock();

  @BeforeEach
  void open() {
    buffer.prepare();
    events.stalled.clear();
  }

  @AfterEach
  void nobodyCountsAsWaiting() {
    assertEquals(0, managed.services().waits().size());
    assertEquals(0, managed.services().workers().scheduled());
  }

  private Request map(Access access) {
    return Request.map(in, access, /* parks= */ true);
  }

  private BufferMapping mapping(Access access) {
    return in.map(access, LONG);
  }

  private void grant(Request request, Grant grant) {
    request.grant(after, grant);
    after.run();
  }

  @Test
  void saysWhatItIsForAndWhatAMoveForItIsPutDownTo() {
    Request map = map(Access.READ);
    assertEquals("map buffer-1 for camera (READ)", map.describe());
    assertEquals(BufferMove.Cause.MAP, map.moveCause());
    assertEquals("pin buffer-1 for camera", Request.pin(in).describe());
    assertEquals(BufferMove.Cause.PIN, Request.pin(in).moveCause());
    assertEquals("prepare buffer-1", Request.prepare(managed).describe());
    assertEquals(BufferMove.Cause.PREPARE, Request.prepare(managed).moveCause());
    assertEquals("evacuate buffer-1", Request.evacuate(managed).describe());
    assertEquals(BufferMove.Cause.PREPARE, Request.evacuate(managed).moveCause());
    assertTrue(map.parks());
    assertFalse(map.overwrites());
    assertTrue(map(Access.OVERWRITE).overwrites());
    assertSame(Thread.currentThread(), map.asker());
    assertNull(Request.evacuate(managed).attachment());
  }

  @Test
  void itEndsForWhoClaimsItFirst() {
    Request request = map(Access.READ);
    assertFalse(request.isDone());
    assertTrue(request.claim());
    assertTrue(request.isDone());
    assertFalse(request.claim());
    request.serve(
        after,
        () -> {
          throw new AssertionError("what is granted is made for nobody");
        });
    request.fail(after, Exceptions.closed("too late"));
    assertFalse(request.giveUp(Exceptions.closed("too late")));
    BufferMapping mapping = mapping(Access.READ);
    grant(request, mapping);
    assertSame(mapping, request.await(SHORT));
    mapping.close();
  }

  @Test
  void whatWasRefusedIsThrownWheneverItIsAskedFor() {
    Request request = map(Access.READ);
    ClosedException failure = Exceptions.closed("enough");
    request.fail(after, failure);
    assertTrue(request.isDone());
    after.run();
    assertSame(failure, assertThrows(ClosedException.class, () -> request.await(LONG)));
    assertTrue(events.stalled.isEmpty(), "nobody waited");
  }

  @Test
  void whatCouldNotBeMadeEndsTheWait() {
    Request request = map(Access.READ);
    assertThrows(
        OutOfMemoryError.class,
        () ->
            request.serve(
                after,
                () -> {
                  throw new OutOfMemoryError("no mapping");
                }));
    assertSays(
        assertThrows(IllegalStateException.class, () -> request.await(LONG)),
        "not a BrokerException");
  }

  @Test
  void aWaitIsToldWithWhatCameOfIt() throws Exception {
    Request granted = map(Access.READ);
    var waiting = start(() -> granted.await(LONG)).parked();
    Grant grant = mapping(Access.READ);
    assertTrue(granted.claim());
    grant(granted, grant);
    assertSame(grant, waiting.result());
    MapStalled stall = Events.next(events.stalled);
    assertTrue(stall.granted());
    assertEquals("camera", stall.device());
    assertTrue(stall.waited().compareTo(Duration.ZERO) > 0);
    assertTrue(stall.waited().compareTo(LONG) < 0);
    grant.takeBack();

    Request inVain = map(Access.READ);
    assertSays(
        assertThrows(MapTimeoutException.class, () -> inVain.await(SHORT)),
        "cannot map buffer-1 for camera (READ) within 1 ms");
    assertFalse(Events.next(events.stalled).granted());
    assertThrows(MapTimeoutException.class, () -> Request.pin(in).await(SHORT));
    assertTrue(events.stalled.isEmpty(), "of maps alone");
  }

  @Test
  void whatWasGrantedAsTheDeadlinePassedIsNotLost() throws Exception {
    Request request = map(Access.READ);
    assertTrue(request.claim());
    var waiting = start(() -> request.await(SHORT)).parked();
    // Past its deadline it waits for who has claimed it.
    Await.until("it waits on", () -> waiting.thread().getState() == Thread.State.WAITING);
    BufferMapping mapping = mapping(Access.READ);
    grant(request, mapping);
    assertSame(mapping, waiting.result());
    assertTrue(mapping.isOpen());
    assertTrue(Events.next(events.stalled).granted());
    mapping.close();
  }

  @Test
  void whatFailedAsTheDeadlinePassedIsThrown() throws Exception {
    Request request = map(Access.READ);
    assertTrue(request.claim());
    var waiting = start(() -> request.await(SHORT)).parked();
    Await.until("it waits on", () -> waiting.thread().getState() == Thread.State.WAITING);
    request.endGivenUp(Exceptions.closed("enough"));
    assertSays(assertThrows(ClosedException.class, waiting::result), "enough");
  }

  /** Granted, when it can no longer be given up, and interrupted before the thread goes on. */
  private Running<String> interruptLate(Request request) {
    assertTrue(request.claim());
    var waiting =
        start(
            () -> {
              try {
                Grant got = request.await(LONG);
                return "got " + (got == null ? "nothing" : "it");
              } catch (WaitInterruptedException e) {
                return "interrupted";
              } finally {
                assertTrue(Thread.interrupted());
              }
            });
    waiting.parked().thread().interrupt();
    Await.until("it waits on", () -> waiting.thread().getState() == Thread.State.WAITING);
    return waiting;
  }

  @Test
  void aMappingThatWasGrantedAsItWasInterruptedIsTakenBack() throws Exception {
    Request request = map(Access.WRITE);
    Running<String> waiting = interruptLate(request);
    BufferMapping mapping = mapping(Access.WRITE);
    grant(request, mapping);
    assertEquals("interrupted", waiting.result());
    assertFalse(mapping.isOpen());
  }

  @Test
  void aPinThatWasGrantedAsItWasInterruptedIsTakenBack() throws Exception {
    Request request = Request.pin(in);
    Running<String> waiting = interruptLate(request);
    grant(request, managed.pin(in));
    assertEquals("interrupted", waiting.result());
    assertFalse(managed.isPinned());
  }

  @Test
  void whatWasDoneAsItWasInterruptedIsNotDenied() throws Exception {
    Request overwriting = map(Access.OVERWRITE);
    Running<String> waiting = interruptLate(overwriting);
    BufferMapping mapping = mapping(Access.OVERWRITE);
    grant(overwriting, mapping);
    assertEquals("got it", waiting.result());
    assertTrue(mapping.isOpen());
    mapping.close();

    Request evacuating = Request.evacuate(managed);
    Running<String> evacuated = interruptLate(evacuating);
    evacuating.grant(after, null);
    after.run();
    assertEquals("got nothing", evacuated.result());
  }

  @Test
  void whatFailedAsItWasInterruptedWasInterrupted() throws Exception {
    Request request = map(Access.READ);
    Running<String> waiting = interruptLate(request);
    request.endGivenUp(Exceptions.closed("enough"));
    assertEquals("interrupted", waiting.result());
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    Request request = map(Access.READ);
    var waiting = start(() -> request.await(LONG)).parked();
    waiting.thread().interrupt();
    assertSays(
        assertThrows(WaitInterruptedException.class, waiting::result),
        "interrupted while waiting to map buffer-1");
    assertTrue(request.isDone());
  }

  @Test
  void oneThatHasEndedGetsNoDeadline() {
    Request request = Request.map(in, Access.READ, /* parks= */ false);
    request.fail(after, Exceptions.closed("enough"));
    after.run();
    request.expireAfter(LONG);
    assertEquals(0, managed.services().workers().scheduled());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theEndOfAnAsynchronousOneIsToldByAWorker(boolean granted) throws Exception {
    Request request = Request.map(in, Access.READ, /* parks= */ false);
    request.expireAfter(LONG);
    assertEquals(1, managed.services().workers().scheduled());
    if (granted) {
      BufferMapping mapping = mapping(Access.READ);
      request.serve(after, () -> mapping);
      after.run();
      mapping.close();
    } else {
      assertTrue(request.giveUp(Exceptions.closed("enough")));
    }
    assertEquals(granted, Events.next(events.stalled).granted());
  }

  @Test
  void theFutureOfOneIsGivenItsEndOnce() {
    Request request = Request.map(in, Access.READ, /* parks= */ false);
    MapFuture future = MapFuture.of(request);
    request.handNow(future);
    assertFalse(future.isDone(), "nothing to hand yet");
    BufferMapping mapping = mapping(Access.READ);
    request.serve(after, () -> mapping);
    after.run();
    request.handNow(future);
    assertSame(mapping, future.join());
    BufferMapping other = mapping(Access.READ);
    future.end(other, null);
    assertTrue(other.isOpen(), "it was given another before");
    other.close();
    assertTrue(mapping.isOpen());
    mapping.close();
    assertFalse(future.cancel(false));
  }

  @Test
  void aFutureThatIsDoneAlreadyClosesWhatItIsGiven() {
    MapFuture future = MapFuture.of(Request.map(in, Access.READ, /* parks= */ false));
    assertTrue(future.completeExceptionally(new IllegalStateException("enough")));
    BufferMapping mapping = mapping(Access.READ);
    future.end(mapping, null);
    assertFalse(mapping.isOpen());
  }

  @Test
  void aFutureIsCancelledUnlessItsMapHasEnded() {
    Request request = Request.map(in, Access.READ, /* parks= */ false);
    MapFuture future = MapFuture.of(request);
    assertTrue(future.cancel(false));
    assertTrue(future.isCancelled());
    assertTrue(future.cancel(false), "again");
    assertTrue(request.isDone());

    Request claimed = Request.map(in, Access.READ, /* parks= */ false);
    MapFuture late = MapFuture.of(claimed);
    assertTrue(claimed.claim());
    assertFalse(late.cancel(false));
    assertFalse(late.isDone());
    claimed.endGivenUp(Exceptions.closed("enough"));

    CompletableFuture<Mapping> done = MapFuture.done(mapping(Access.READ));
    assertFalse(done.cancel(false));
    done.join().close();
  }
}
