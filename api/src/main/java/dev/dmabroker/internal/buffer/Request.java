package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Wait;
import dev.dmabroker.internal.runtime.WaitGraph;
import dev.dmabroker.internal.runtime.Workers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request to a buffer: an application asks for it and may have to wait. A request ends once: it
 * is granted, it fails, it times out or it is interrupted. The thread that {@linkplain #claim
 * claims} it first decides which. What is done for a request is done after it is claimed and under
 * the buffer's lock, so nothing is done for a waiter that has given up.
 *
 * @param <G> what is granted
 */
abstract sealed class Request<G> implements WaitGraph.Parked, Queued
    permits MapRequest, PinRequest, PrepareRequest, EvacuateRequest {
  final BufferLife life;

  /** The caller that asked; a grant is noted as a grant to this caller. */
  private final Object asker;

  /** Whether the end is decided; the thread that sets this ends the request. */
  private final AtomicBoolean claimed = new AtomicBoolean();

  private final Wait<G> wait = new Wait<>();

  Request(BufferLife life) {
    this(life, Caller.asking());
  }

  Request(BufferLife life, Object asker) {
    this.life = life;
    this.asker = asker;
  }

  // ---- What the kinds differ in; all under the buffer's lock but for the words ----

  /**
   * Refuses a request that is impossible because the buffer or the attachment has ended.
   *
   * @throws dev.dmabroker.ClosedException if either is closed
   */
  abstract void check();

  /** Whether the request can be served in the buffer's present state. */
  abstract boolean isServable();

  /** Does what is asked, in a state in which the request {@linkplain #isServable can be served}. */
  abstract void perform(AfterLock after);

  /** The request was served without a wait: does what that means for requests that wait. */
  void servedAtOnce(AfterLock after) {}

  /**
   * Whether the request cannot be served where the buffer lies, so that mappings have to be closed.
   */
  abstract boolean needsDrain();

  /** Whether a drain for this request has to wait only for mappings that write. */
  boolean needsOnlyWritersGone() {
    return true;
  }

  /** The cause to name for a move that the request needs. */
  abstract BufferMove.Cause moveCause();

  /** The attachment that asks; null if the request is about the buffer as a whole. */
  @Nullable AttachedDevice attachment() {
    return null;
  }

  /** The request left the queue by itself, as its waiter gave up. */
  void withdrawn(AfterLock after) {}

  @Override
  public final boolean isOf(AttachedDevice attachment) {
    return attachment() == attachment;
  }

  /** Whether a thread is parked until the end. */
  boolean parks() {
    return true;
  }

  /** Whether the asker does nothing until the end, be it a thread that is parked here or not. */
  boolean holdsUpAsker() {
    return parks();
  }

  /**
   * The wait for the request ends now. Returns what tells listeners so, to run without the lock.
   */
  Runnable waited(boolean granted) {
    return () -> {};
  }

  /** The request was granted to no caller any more. */
  void drop(G granted) {}

  /**
   * The waiter was interrupted when it was too late to give up: takes the grant back, which no
   * caller has seen yet.
   *
   * @return false if what was done to the buffer cannot be undone
   */
  boolean takeBack(G granted) {
    return false;
  }

  @Override
  public abstract String describe();

  // ---- Asking ----

  /**
   * Serves the request now, or puts it into the buffer's queue. If the buffer has no memory, the
   * calling thread gets some after that, or a worker does if the thread does not wait.
   */
  final void submit() {
    // The mover may have taken a map that turned back for a mapping.
    life.lock.report(life::advance);
    life.lock.change(
        after -> {
          check();
          SelfWait.refuse(this);
          if (serve(after)) {
            servedAtOnce(after);
          } else {
            life.requests.add(this);
            queued(after);
          }
        });
  }

  /** Sees to it that the request's turn comes. */
  private void queued(AfterLock after) {
    switch (life.state()) {
      case UNBACKED -> life.beginAllocation(/* inCaller= */ parks(), after);
      case RESIDENT -> {
        life.moveCause = moveCause();
        life.retries.startOver();
        Moving.seek(life, after);
      }
      default -> life.queue.hurry(life);
    }
  }

  /** Submits the request, and waits. */
  final G run(Duration timeout) {
    submit();
    try {
      return await(timeout);
    } catch (VirtualMachineError e) {
      abandon();
      throw e;
    }
  }

  /** There is no stack or memory to wait for the request: what it is granted is taken back. */
  final void abandon() {
    boolean unused = giveUp(Exceptions.waitInterrupted("there is no stack or memory to wait"));
    wait.then(
        (granted, failure) -> {
          if (granted != null) {
            drop(granted);
          }
        });
  }

  /**
   * Does what is asked if that can be done in the present state, or refuses it if waiting would not
   * help. Under the lock.
   *
   * @return whether it has ended
   */
  @Override
  public final boolean serve(AfterLock after) {
    if (isServable()) {
      perform(after);
      return true;
    }
    BrokerException refusal = Refusals.of(this);
    if (refusal != null) {
      fail(after, refusal);
    }
    return refusal != null;
  }

  /** The request ended by itself, and leaves the queue. */
  final void withdraw() {
    life.lock.report(
        after -> {
          life.requests.remove(this);
          withdrawn(after);
        });
  }

  // ---- Its end ----

  /** Whether the request has ended, or is about to end. */
  @Override
  public final boolean isDone() {
    return claimed.get();
  }

  /** Whether the caller, and no other thread, ends the request. */
  final boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /**
   * Claims the request in a change under the lock. If the change throws, the request is claimed by
   * no thread again.
   */
  final boolean claim(AfterLock after) {
    boolean[] claims = new boolean[1];
    after.undo(
        () -> {
          if (claims[0]) {
            claimed.set(false);
          }
        });
    claims[0] = claimed.compareAndSet(false, true);
    return claims[0];
  }

  /** Grants the request unless it has ended; what is granted is made only then. */
  final void grantNew(AfterLock after, Supplier<G> make) {
    if (claim(after)) {
      grant(after, make.get());
    }
  }

  /** Grants the request. Called after {@link #claim}. */
  final void grant(AfterLock after, G granted) {
    wait.grant(after, granted);
  }

  @Override
  public final void fail(AfterLock after, BrokerException failure) {
    if (claim(after)) {
      wait.fail(after, failure);
    }
  }

  @Override
  public final boolean giveUp(BrokerException failure) {
    if (!claim()) {
      return false;
    }
    endGivenUp(failure);
    return true;
  }

  /** Ends a request that its waiter does not want any more. Called after {@link #claim}. */
  final void endGivenUp(BrokerException failure) {
    withdraw();
    wait.failNow(failure);
  }

  // ---- Waiting ----

  /**
   * Parks until the end of the request.
   *
   * @throws BrokerException what the request failed with
   */
  final G await(Duration timeout) {
    if (wait.isTold()) {
      return wait.ended();
    }
    WaitGraph waits = life.services().waits();
    waits.park(asker, this);
    boolean granted = false;
    BrokerException[] interrupted = new BrokerException[1];
    try {
      G grant =
          wait.await(
              Durations.nanos(timeout),
              interrupt -> {
                // A mapping may have left when there was no stack or memory to report that.
                life.lock.report(life::advance);
                BrokerException failure = failure(timeout, interrupt);
                interrupted[0] = interrupt == null ? null : failure;
                return giveUp(failure) ? failure : null;
              });
      granted = interrupted[0] == null;
      if (!granted && takeBack(grant)) {
        throw interrupted[0];
      }
      return grant;
    } catch (BrokerException e) {
      // An interrupt that came too late to give up hides what the request failed with meanwhile.
      throw interrupted[0] == null ? e : interrupted[0];
    } finally {
      waits.unpark(asker, this);
      waited(granted).run();
    }
  }

  private BrokerException failure(Duration timeout, @Nullable InterruptedException interrupt) {
    BufferErrors errors = life.currentErrors();
    return interrupt == null
        ? errors.timedOut(describe(), timeout)
        : errors.interrupted(describe(), interrupt);
  }

  /** Fails the request after that time, unless it has ended by then; no thread waits for that. */
  final void expireAfter(Duration timeout) {
    if (wait.isTold()) {
      return;
    }
    Workers workers = life.services().workers();
    Future<?> timer =
        workers.schedule(
            timeout,
            () -> {
              boolean unused = giveUp(life.currentErrors().timedOut(describe(), timeout));
            });
    wait.then(
        (granted, failure) -> {
          timer.cancel(false);
          Runnable tell = waited(failure == null);
          workers.execute(tell); // This may be the timer's thread.
        });
  }

  /** The wait for the end, for a kind of request that is waited for in other ways, too. */
  final Wait<G> waiting() {
    return wait;
  }

  // ---- What the wait graph asks ----

  @Override
  public final String buffer() {
    return life.name;
  }

  @Override
  public final List<Object> blockers() {
    return SelfWait.blockers(this);
  }

  @Override
  public boolean letInAnyway() {
    return SelfWait.letInAnyway(this);
  }

  final Object asker() {
    return asker;
  }

  @Override
  public final String toString() {
    return describe();
  }
}
