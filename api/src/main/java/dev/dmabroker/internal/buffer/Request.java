package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Wait;
import dev.dmabroker.internal.runtime.WaitGraph;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an application asks of a buffer and may have to wait for. It ends once: granted, failed,
 * timed out or interrupted, by the thread that {@linkplain #claim claims} that first. What is done
 * for a request is done after it is claimed and under the buffer's lock, so nothing is done for a
 * waiter that has given up.
 *
 * @param <G> what is granted
 */
abstract sealed class Request<G> implements WaitGraph.Parked, Queued
    permits MapRequest, PinRequest, PrepareRequest, EvacuateRequest {
  final BufferLife life;

  /** The caller that asked; a grant is noted as its own. */
  private final Object asker = Caller.current();

  private final AtomicBoolean claimed = new AtomicBoolean();
  private final Wait<G> wait = new Wait<>();

  Request(BufferLife life) {
    this.life = life;
  }

  // ---- What the kinds differ in; all under the buffer's lock but for the words ----

  /**
   * Refuses a request that the buffer's end or the attachment's makes impossible.
   *
   * @throws dev.dmabroker.ClosedException if either is closed
   */
  abstract void check();

  /** Whether it can be served in the buffer's present state. */
  abstract boolean isServable();

  /** Does what is asked, in a state in which it {@linkplain #isServable can be served}. */
  abstract void perform(AfterLock after);

  /** It was served without a wait: what that means for those that wait. */
  void servedAtOnce(AfterLock after) {}

  /** Whether it cannot be served where the buffer lies, so that mappings have to be closed. */
  abstract boolean needsDrain();

  /** Whether it is enough for a drain that mappings which write are closed. */
  boolean needsOnlyWritersGone() {
    return true;
  }

  /** What a move that it needs is put down to. */
  abstract BufferMove.Cause moveCause();

  /** The attachment that asks; null if the buffer as a whole is meant. */
  @Nullable AttachedDevice attachment() {
    return null;
  }

  /** It left the queue by itself. */
  void withdrawn(AfterLock after) {}

  @Override
  public final boolean isOf(AttachedDevice attachment) {
    return attachment() == attachment;
  }

  /** Whether a thread is parked until the end. */
  boolean parks() {
    return true;
  }

  /** The wait for it ends now: what tells listeners so. */
  Runnable waited(boolean granted) {
    return () -> {};
  }

  /**
   * The waiter was interrupted when it was too late to give up: takes the grant back, which nobody
   * has seen yet.
   *
   * @return false if what was done to the buffer cannot be denied
   */
  boolean takeBack(G granted) {
    return false;
  }

  @Override
  public abstract String describe();

  // ---- Asking ----

  /**
   * Serves the request now, or puts it into the buffer's queue.
   *
   * @return whether the caller has to allocate the buffer's first memory
   */
  final boolean submit() {
    return life.lock.locked(
        after -> {
          life.advance(after); // The mover may have taken a map that turned back for a mapping.
          check();
          SelfWait.refuse(this);
          if (serve(after)) {
            servedAtOnce(after);
            return false;
          }
          life.requests.add(this);
          return queued(after);
        });
  }

  /** Sees to it that its turn comes: whether the caller has to allocate. */
  private boolean queued(AfterLock after) {
    switch (life.state()) {
      case UNBACKED -> {
        life.become(State.ALLOCATING);
        return true;
      }
      case RESIDENT -> {
        life.moveCause = moveCause();
        life.retries.startOver();
        Moving.seek(life, after);
      }
      default -> life.queue.hurry(life);
    }
    return false;
  }

  /** Submits the request, allocates if need be, and waits. */
  final G run(Duration timeout) {
    if (submit()) {
      new FirstAllocation(life).run();
    }
    return await(timeout);
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

  /** A request that ended by itself leaves the queue. */
  final void withdraw() {
    life.lock.change(
        after -> {
          life.requests.remove(this);
          withdrawn(after);
        });
  }

  // ---- Its end ----

  /** Whether it has ended, or is about to. */
  @Override
  public final boolean isDone() {
    return claimed.get();
  }

  /** Whether the caller, and no other thread, ends it. */
  final boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** Grants it unless it has ended; what is granted is made only then. */
  final void grantNew(AfterLock after, Supplier<G> make) {
    if (!claim()) {
      return;
    }
    try {
      grant(after, make.get());
    } catch (RuntimeException | Error e) { // No memory: the waiter must not wait for ever.
      wait.failNow(e);
      throw e;
    }
  }

  /** After {@link #claim}. */
  final void grant(AfterLock after, G granted) {
    wait.grant(after, granted);
  }

  @Override
  public final void fail(AfterLock after, BrokerException failure) {
    if (claim()) {
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

  /** After {@link #claim}, by a waiter that does not want it any more. */
  final void endGivenUp(BrokerException failure) {
    withdraw();
    wait.failNow(failure);
  }

  // ---- Waiting ----

  /**
   * Parks until the end.
   *
   * @throws BrokerException what the request failed with
   */
  final G await(Duration timeout) {
    if (wait.isTold()) {
      return wait.ended();
    }
    WaitGraph waits = life.services().waits();
    waits.park(this);
    boolean granted = false;
    BrokerException[] interrupted = new BrokerException[1];
    try {
      G grant =
          wait.await(
              Durations.nanos(timeout),
              interrupt -> {
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
      waits.unpark(this);
      waited(granted).run();
    }
  }

  private BrokerException failure(Duration timeout, @Nullable InterruptedException interrupt) {
    BufferErrors errors = life.currentErrors();
    return interrupt == null
        ? errors.timedOut(describe(), timeout)
        : errors.interrupted(describe(), interrupt);
  }

  /** The wait for its end, for a kind that is waited for in other ways, too. */
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
