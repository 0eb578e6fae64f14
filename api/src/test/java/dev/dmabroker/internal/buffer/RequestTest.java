package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
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
    assertEquals(0, managed.life.services().waits().size());
    assertEquals(0, managed.life.services().workers().scheduled());
  }

  private MapRequest map(Access access) {
    return new MapRequest(managed.life, in, access, /* parks= */ true);
  }

  private BufferMapping mapping(Access access) {
    return in.map(access, LONG);
  }

  private <G> void grant(Request<G> request, G grant) {
    request.grant(after, grant);
    after.run();
  }

  @Test
  void saysWhatItIsForAndWhatAMoveForItIsPutDownTo() {
    MapRequest map = map(Access.READ);
    assertEquals("map buffer-1 for camera (READ)", map.describe());
    assertEquals(BufferMove.Cause.MAP, map.moveCause());
    assertEquals("pin buffer-1 for camera", new PinRequest(managed.life, in).describe());
    assertEquals(BufferMove.Cause.PIN, new PinRequest(managed.life, in).moveCause());
    assertEquals("prepare buffer-1", new PrepareRequest(managed.life, true).describe());
    assertEquals(BufferMove.Cause.PREPARE, new PrepareRequest(managed.life, true).moveCause());
    assertEquals("evacuate buffer-1", new EvacuateRequest(managed.life).describe());
    assertEquals(BufferMove.Cause.PREPARE, new EvacuateRequest(managed.life).moveCause());
    assertTrue(map.parks());
    assertFalse(map.overwrites());
    assertTrue(map(Access.OVERWRITE).overwrites());
    assertSame(Thread.currentThread(), map.asker());
    assertNull(new EvacuateRequest(managed.life).attachment());
  }

  @Test
  void itEndsForWhoClaimsItFirst() {
    MapRequest request = map(Access.READ);
    assertFalse(request.isDone());
    assertTrue(request.claim());
    assertTrue(request.isDone());
    assertFalse(request.claim());
    request.grantNew(
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
    MapRequest request = map(Access.READ);
    ClosedException failure = Exceptions.closed("enough");
    request.fail(after, failure);
    assertTrue(request.isDone());
    after.run();
    assertSame(failure, assertThrows(ClosedException.class, () -> request.await(LONG)));
    assertTrue(events.stalled.isEmpty(), "nobody waited");
  }

  @Test
  void whatCouldNotBeMadeLeavesTheRequestAsItWas() {
    MapRequest request = map(Access.READ);
    assertThrows(
        OutOfMemoryError.class,
        () ->
            request.life.lock.change(
                change ->
                    request.grantNew(
                        change,
                        () -> {
                          throw new OutOfMemoryError("no mapping");
                        })));
    assertFalse(request.isDone());
    assertTrue(request.claim());
  }

  @Test
  void aWaitIsToldWithWhatCameOfIt() throws Exception {
    MapRequest granted = map(Access.READ);
    var waiting = start(() -> granted.await(LONG)).parked();
    BufferMapping grant = mapping(Access.READ);
    assertTrue(granted.claim());
    grant(granted, grant);
    assertSame(grant, waiting.result());
    MapStalled stall = Events.next(events.stalled);
    assertTrue(stall.granted());
    assertEquals("camera", stall.device());
    assertTrue(stall.waited().compareTo(Duration.ZERO) > 0);
    assertTrue(stall.waited().compareTo(LONG) < 0);
    grant.close();

    MapRequest inVain = map(Access.READ);
    assertSays(
        assertThrows(WaitTimeoutException.class, () -> inVain.await(SHORT)),
        "cannot map buffer-1 for camera (READ) within 1 ms");
    assertFalse(Events.next(events.stalled).granted());
    assertThrows(WaitTimeoutException.class, () -> new PinRequest(managed.life, in).await(SHORT));
    assertTrue(events.stalled.isEmpty(), "of maps alone");
  }

  private static void awaitDeadline() {
    long parkedNanos = System.nanoTime();
    Await.until("the deadline has passed", () -> System.nanoTime() - parkedNanos > SHORT.toNanos());
  }

  @Test
  void whatWasGrantedAsTheDeadlinePassedIsNotLost() throws Exception {
    MapRequest request = map(Access.READ);
    assertTrue(request.claim());
    var waiting = start(() -> request.await(SHORT)).parked();
    awaitDeadline(); // Past that it waits for the thread that has claimed it.
    BufferMapping mapping = mapping(Access.READ);
    grant(request, mapping);
    assertSame(mapping, waiting.result());
    assertTrue(mapping.isOpen());
    assertTrue(Events.next(events.stalled).granted());
    mapping.close();
  }

  @Test
  void whatFailedAsTheDeadlinePassedIsThrown() throws Exception {
    MapRequest request = map(Access.READ);
    assertTrue(request.claim());
    var waiting = start(() -> request.await(SHORT)).parked();
    awaitDeadline();
    request.endGivenUp(Exceptions.closed("enough"));
    assertSays(assertThrows(ClosedException.class, waiting::result), "enough");
  }

  /** Granted, when it can no longer be given up, and interrupted before the thread goes on. */
  private Running<String> interruptLate(Request<?> request) {
    assertTrue(request.claim());
    var waiting =
        start(
            () -> {
              try {
                assertNotNull(request.await(LONG));
                return "got it";
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
    MapRequest request = map(Access.WRITE);
    Running<String> waiting = interruptLate(request);
    BufferMapping mapping = mapping(Access.WRITE);
    grant(request, mapping);
    assertEquals("interrupted", waiting.result());
    assertFalse(mapping.isOpen());
  }

  @Test
  void aPinThatWasGrantedAsItWasInterruptedIsTakenBack() throws Exception {
    PinRequest request = new PinRequest(managed.life, in);
    Running<String> waiting = interruptLate(request);
    grant(request, managed.life.pin(in));
    assertEquals("interrupted", waiting.result());
    assertFalse(managed.life.isPinned());
  }

  @Test
  void whatWasDoneAsItWasInterruptedIsNotDenied() throws Exception {
    MapRequest overwriting = map(Access.OVERWRITE);
    Running<String> waiting = interruptLate(overwriting);
    BufferMapping mapping = mapping(Access.OVERWRITE);
    grant(overwriting, mapping);
    assertEquals("got it", waiting.result());
    assertTrue(mapping.isOpen());
    mapping.close();

    EvacuateRequest evacuating = new EvacuateRequest(managed.life);
    Running<String> evacuated = interruptLate(evacuating);
    grant(evacuating, managed.life);
    assertEquals("got it", evacuated.result());
  }

  @Test
  void whatFailedAsItWasInterruptedWasInterrupted() throws Exception {
    MapRequest request = map(Access.READ);
    Running<String> waiting = interruptLate(request);
    request.endGivenUp(Exceptions.closed("enough"));
    assertEquals("interrupted", waiting.result());
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    MapRequest request = map(Access.READ);
    var waiting = start(() -> request.await(LONG)).parked();
    waiting.thread().interrupt();
    assertSays(
        assertThrows(WaitInterruptedException.class, waiting::result),
        "interrupted while waiting to map buffer-1");
    assertTrue(request.isDone());
  }

  @Test
  void oneThatHasEndedGetsNoDeadline() {
    MapRequest request = new MapRequest(managed.life, in, Access.READ, /* parks= */ false);
    request.fail(after, Exceptions.closed("enough"));
    after.run();
    request.expireAfter(LONG);
    assertEquals(0, managed.life.services().workers().scheduled());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theEndOfAnAsynchronousOneIsToldByAWorker(boolean granted) throws Exception {
    MapRequest request = new MapRequest(managed.life, in, Access.READ, /* parks= */ false);
    request.expireAfter(LONG);
    assertEquals(1, managed.life.services().workers().scheduled());
    if (granted) {
      BufferMapping mapping = mapping(Access.READ);
      request.grantNew(after, () -> mapping);
      after.run();
      mapping.close();
    } else {
      assertTrue(request.giveUp(Exceptions.closed("enough")));
    }
    assertEquals(granted, Events.next(events.stalled).granted());
  }

  @Test
  void theFutureOfOneIsGivenItsEndOnce() {
    MapRequest request = new MapRequest(managed.life, in, Access.READ, /* parks= */ false);
    MapFuture future = MapFuture.of(request);
    request.handNow(future);
    assertFalse(future.isDone(), "nothing to hand yet");
    BufferMapping mapping = mapping(Access.READ);
    request.grantNew(after, () -> mapping);
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
    MapFuture future =
        MapFuture.of(new MapRequest(managed.life, in, Access.READ, /* parks= */ false));
    assertTrue(future.completeExceptionally(new IllegalStateException("enough")));
    BufferMapping mapping = mapping(Access.READ);
    future.end(mapping, null);
    assertFalse(mapping.isOpen());
  }

  @Test
  void aFutureIsCancelledUnlessItsMapHasEnded() {
    MapRequest request = new MapRequest(managed.life, in, Access.READ, /* parks= */ false);
    MapFuture future = MapFuture.of(request);
    assertTrue(future.cancel(false));
    assertTrue(future.isCancelled());
    assertTrue(future.cancel(false), "again");
    assertTrue(request.isDone());

    MapRequest claimed = new MapRequest(managed.life, in, Access.READ, /* parks= */ false);
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
