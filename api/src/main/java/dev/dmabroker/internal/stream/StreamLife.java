package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.ClosedException;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.buffer.BufferRegistry;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Alarm;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.PromptFuture;
import dev.dmabroker.internal.runtime.StateLock;
import dev.dmabroker.internal.watch.StreamLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The life of a stream: whether its frames flow, the lock over all its parts, and what its parts
 * need of the broker. {@link Circulation} is how its buffers go round.
 *
 * <pre>
 * from      to        when
 * STOPPED   RUNNING   started; the buffers that were declared are there
 * RUNNING   STOPPING  stop is called
 * STOPPING  STOPPED   nothing is in flight, or the deadline of the stop has passed
 * STOPPED   CLOSED    closed, or the broker is closed
 * RUNNING   CLOSED    the broker is closed, or the stream was started again just as it was closed
 * STOPPING  CLOSED    the broker is closed
 * </pre>
 *
 * <p>Every change in a stream happens under {@link #lock}, which is held for bookkeeping only; what
 * a change entails is done after the lock is released ({@link AfterLock}). A buffer that lies still
 * is mapped under the lock too, as that takes no lock ({@link dev.dmabroker.internal.gate.Gate}). A
 * buffer is unmapped before it is returned, so it is never free while it is mapped. Nothing but
 * {@link dev.dmabroker.internal.gate.Gate}s is called with the lock held, so no order of locks has
 * to be kept.
 */
final class StreamLife {
  final BufferRegistry buffers;
  final StreamSpec spec;
  final RegisteredDevice producer;
  final StateLock lock;
  final StreamEvents events;

  /** Has a change that throws put back what it does to the parts of the stream. */
  private final List<Consumer<AfterLock>> parts = new ArrayList<>();

  /** Is called under the lock at the end of each change. */
  private Consumer<AfterLock> conclusion = after -> {};

  /** Changed under the lock, by {@link #become} only. */
  private volatile State state = State.STOPPED;

  /** How often the stream has been stopped; changed under the lock. */
  private long run;

  /**
   * Whether the stream is closed because the broker is; set under the lock, before the state is.
   */
  private boolean brokerClosed;

  StreamLife(BufferRegistry buffers, StreamSpec spec, RegisteredDevice producer) {
    this.buffers = buffers;
    this.lock =
        new StateLock(buffers.services().workers()) {
          @Override
          protected void keep(AfterLock after) {
            StreamLife.this.keep(after);
          }

          @Override
          protected void conclude(AfterLock after) {
            conclusion.accept(after);
          }
        };
    this.spec = spec;
    this.producer = producer;
    this.events =
        new StreamEvents(
            buffers.services().listeners(), new StreamLog(buffers.services().time()), spec.name());
  }

  /** Adds a part of the stream, whose state is kept before each change. Before the first change. */
  void addPart(Consumer<AfterLock> keep) {
    parts.add(keep);
  }

  /** Has that called under the lock at the end of each change. Before the first change. */
  void afterEachChange(Consumer<AfterLock> call) {
    conclusion = call;
  }

  /**
   * Has a change that throws put back all that it does to the stream. So a change is made as a
   * whole or not at all, whatever call of it throws.
   */
  private void keep(AfterLock after) {
    State state = this.state;
    long run = this.run;
    boolean brokerClosed = this.brokerClosed;
    after.undo(
        () -> {
          putBack(state);
          this.run = run;
          this.brokerClosed = brokerClosed;
        });
    for (Consumer<AfterLock> part : parts) {
      part.accept(after);
    }
  }

  // ---- Its state ----

  State state() {
    return state;
  }

  boolean isRunning() {
    return state == State.RUNNING;
  }

  /** Whether consumers may have the frames that were submitted. */
  boolean isFlowing() {
    return state == State.RUNNING || state == State.STOPPING;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** A change that threw is undone: the stream is in the state that it was in before. */
  private void putBack(State before) {
    state = before;
  }

  /**
   * Goes to another state. Under the lock.
   *
   * @throws IllegalStateException if no line of the table leads there
   */
  void become(State next) {
    if (!leads(state, next)) {
      throw new IllegalStateException(
          "stream " + spec.name() + " is " + state + " and cannot become " + next);
    }
    if (next == State.STOPPED) {
      run++;
    }
    state = next;
  }

  private static boolean leads(State from, State to) {
    return switch (from) {
      case STOPPED -> to == State.RUNNING || to == State.CLOSED;
      case RUNNING -> to == State.STOPPING || to == State.CLOSED;
      case STOPPING -> to == State.STOPPED || to == State.CLOSED;
      case CLOSED -> false;
    };
  }

  /** Closes the stream because the broker is closed, so that errors say so. */
  void becomeClosedWithBroker() {
    brokerClosed = true;
    become(State.CLOSED);
  }

  /**
   * The number of stops so far: a frame of an earlier run was submitted before the last of them.
   */
  long run() {
    return run;
  }

  // ---- Why something is refused ----

  /** The error that tells the producer why nothing can be acquired or submitted now. */
  BrokerException stopped(String intent) {
    return stopped(
        intent, isRunning() ? "acquire a buffer of this run" : "start it to let frames flow");
  }

  /** The error that tells a consumer why there are no more frames to take. */
  BrokerException over(String intent) {
    return stopped(
        intent,
        isRunning()
            ? "take again to get the frames of this run"
            : "all its frames were taken or dropped; take again when the producer's side has"
                + " started it, or close the consumer");
  }

  /** The error that tells a consumer that the stream goes on without it. */
  BrokerException leftOut(String intent, String why) {
    return Exceptions.leftOut(
        "cannot "
            + intent
            + ": the stream goes on without this consumer, which "
            + why
            + "; it may attach again with BufferStream.consumer");
  }

  private BrokerException stopped(String intent, String help) {
    return isClosed()
        ? closed(intent)
        : Exceptions.streamStopped(
            "cannot "
                + intent
                + ": stream "
                + spec.name()
                + " is "
                + (isRunning() ? "running again, it was stopped" : state)
                + "; "
                + help);
  }

  /**
   * Refuses a call that needs an open stream.
   *
   * @throws ClosedException if the stream is closed
   */
  void checkOpen(String intent) {
    if (isClosed()) {
      throw closed(intent);
    }
  }

  /** The error that tells that the stream is closed. */
  ClosedException closed(String intent) {
    return Exceptions.closed(
        "cannot "
            + intent
            + ": "
            + (brokerClosed ? "the broker" : "stream " + spec.name())
            + " is closed");
  }

  // ---- The lock ----

  /**
   * Does what {@link #change} does, for a change that notes what has happened elsewhere: if there
   * is no stack or memory for it, it is made later.
   */
  void report(Consumer<AfterLock> change) {
    lock.report(change);
  }

  /** Changes state under the lock, and afterwards does what that entails. */
  <T extends @Nullable Object> T locked(Function<AfterLock, T> change) {
    return lock.locked(change);
  }

  /** Does what {@link #locked} does, for a change that has no result. */
  void change(Consumer<AfterLock> change) {
    lock.change(change);
  }

  /**
   * Does what {@link #report} does, for the threads of timer and poller, which must not be held up.
   */
  void reportOnTime(Consumer<AfterLock> change) {
    lock.reportOnTime(change);
  }

  // ---- What its parts need of the broker ----

  /**
   * The time, which may be late by as much as {@link dev.dmabroker.internal.runtime.Clock} allows
   * itself.
   */
  long now() {
    return buffers.services().clock().nanos();
  }

  /** The exact time. */
  long exactNow() {
    return buffers.services().time().nanos();
  }

  /** How long a wait lasts if it was given no timeout. */
  Duration defaultTimeout() {
    return buffers.services().settings().mapTimeout();
  }

  /** Runs work that may take long, on a worker. */
  void execute(Runnable work) {
    buffers.services().workers().execute(work);
  }

  /** Hands a result to the stages that the application chained. */
  void callback(Runnable work) {
    buffers.services().workers().callback(work);
  }

  /** Ends a future where its stages may run. */
  void end(CompletableFuture<?> future, Runnable end) {
    if (PromptFuture.mayEndHere(future)) {
      end.run();
    } else {
      callback(end);
    }
  }

  /** Makes an alarm for short work. */
  Alarm alarm(Runnable work) {
    return new Alarm(buffers.services().time(), buffers.services().workers(), work);
  }

  /** Runs short work later; it never runs once the broker is closed. */
  Future<?> schedule(Duration delay, Runnable work) {
    return buffers.services().workers().schedule(delay, work);
  }
}
