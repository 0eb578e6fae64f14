package dev.dmabroker.internal;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.FrameDropped.Reason;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamHeldBack;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.event.StreamState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How buffers go round in a stream: what leads from one of their states to the next. What users ask
 * of it is {@link ManagedStream}.
 *
 * <pre>
 * from       to         when
 * free       filling    acquired: mapped for the producer
 * filling    free       closed unsubmitted, or the stream stops
 * filling    in flight  submitted: unmapped, and after the producer's fence queued for the consumers
 * in flight  free       every consumer has released it, or dropped it from its queue
 * free       gone       idle for the quiet time, or to be removed, or the stream is closed
 * </pre>
 *
 * <p>All that happens under {@link #lock}, one for the stream and held for bookkeeping only; what
 * it entails, after the lock is released ({@link AfterLock}). A buffer that lies still is mapped
 * under it too, as that takes no lock ({@link Gate}); it is unmapped before, so that it is never
 * free while it is mapped. Nothing but {@link Gate}s is called with the lock held, so no order of
 * locks has to be kept.
 */
abstract class StreamLife {
  final BrokerEngine engine;
  final StreamSpec spec;
  final RegisteredDevice producer;
  final StateLock lock = new StateLock();
  final StreamPool pool;
  final Holdings filling;
  final Acquirers acquirers;
  final StreamGrowth growth;

  /** Attached to every buffer. */
  final List<AttachedConsumer> readers = new ArrayList<>(2);

  /** Submitted, in that order; the first waits for its fence. */
  private final ArrayDeque<FillingFrame> submitted = new ArrayDeque<>();

  /** The groups that may see what is acquired now. */
  private Set<String> audience;

  /** Changed under the lock. */
  volatile BufferStream.State state = BufferStream.State.STOPPED;

  /** How often it has been stopped; changed under the lock. */
  long run;

  /** Completed when nothing is in flight; null unless STOPPING. */
  @Nullable CompletableFuture<Void> finished;

  private final StreamWatch watch;
  private long sequence;
  private long failed;
  private long scrubbed;
  private boolean brokerClosed;

  StreamLife(BrokerEngine engine, StreamSpec spec, RegisteredDevice producer) {
    this.engine = engine;
    this.spec = spec;
    this.producer = producer;
    this.pool = new StreamPool(spec);
    this.filling = new Holdings(spec.name(), producer);
    this.acquirers = new Acquirers(this);
    this.growth = new StreamGrowth(this);
    this.watch =
        new StreamWatch(
            this,
            (delay, work) -> {
              Future<?> unused = engine.schedule(delay, work);
            });
    this.audience = ImmutableSet.of(group(producer));
  }

  /** Devices without a group trust each other. */
  static String group(RegisteredDevice device) {
    return device.group().orElse("");
  }

  /** See {@link BufferStream#remove}. */
  abstract boolean remove(int index);

  // ---- Free to filling ----

  /**
   * Gives out a free buffer, preferably one that lies still.
   *
   * @param still whether it has to
   */
  @Nullable FillingFrame fill(boolean own, boolean still, AfterLock after) {
    FillingFrame[] found = new FillingFrame[1];
    StreamBuffer buffer =
        pool.take(
            free -> {
              FillingFrame frame = new FillingFrame(this, free);
              found[0] = frame;
              return frame.enter(own);
            });
    if (buffer == null) {
      if (still) {
        return null;
      }
      buffer = pool.take(free -> true); // It moves; who gets it waits for that.
      if (buffer == null) {
        return null;
      }
      found[0] = new FillingFrame(this, buffer);
    }
    FillingFrame frame = found[0];
    buffer.use();
    if (!buffer.isFor(audience)) {
      frame.scrubFor(audience);
    }
    filling.begin(frame, now(), event -> tellOverheld(event, after));
    watch.start(after);
    return frame;
  }

  /** The producer does not have it any more: false if that was known. */
  boolean endFilling(FillingFrame frame, AfterLock after) {
    return filling.end(frame, now(), event -> tellOverheld(event, after));
  }

  /** Returned unused. */
  void returned(FillingFrame frame) {
    locked(
        after -> {
          if (endFilling(frame, after)) {
            release(frame.buffer(), after);
          }
          return null;
        });
  }

  void scrubbed(StreamBuffer buffer, Set<String> groups) {
    synchronized (lock) {
      buffer.scrubbedFor(groups);
      scrubbed++;
    }
  }

  // ---- Filling to in flight ----

  /**
   * In its turn, and once its fence has signalled, it is handed to the consumers.
   *
   * @return false if the stream has stopped meanwhile; then nothing has changed
   */
  boolean submit(FillingFrame frame, AfterLock after) {
    if (!isFlowing()) {
      return false;
    }
    boolean unused = endFilling(frame, after);
    frame.sequence(sequence++);
    submitted.add(frame);
    handOn(after);
    return true;
  }

  /** Its fence cannot be waited for: as if it had not been submitted. */
  void unsubmit(FillingFrame frame, AfterLock after) {
    boolean unused = submitted.remove(frame); // False if the stream has stopped meanwhile.
    filling.begin(frame, now(), event -> tellOverheld(event, after));
    if (!frame.reopen()) {
      after.then(frame::takeBack);
    } else if (state != BufferStream.State.RUNNING && frame.end(StreamFrame.Phase.CANCELLED)) {
      after.then(frame::cancelled);
    }
    handOn(after);
  }

  /** From the poller's thread. */
  void signalled(FillingFrame frame, OptionalInt errno) {
    onTime(
        after -> {
          frame.signalled(errno.isPresent());
          if (submitted.contains(frame)) {
            handOn(after);
          } else {
            release(frame.buffer(), after); // The stream has stopped meanwhile.
          }
        });
  }

  private void handOn(AfterLock after) {
    while (!submitted.isEmpty() && submitted.element().isReady()) {
      FillingFrame frame = submitted.remove();
      if (frame.hasFailed()) {
        failed++;
        tellDropped(producer, frame.sequence(), Reason.FAILED, after);
      } else {
        for (AttachedConsumer reader : readers) {
          if (frame.buffer().mayBeSeenBy(group(reader.device()))) {
            reader.offer(frame.buffer(), frame.sequence(), after);
          }
        }
      }
      release(frame.buffer(), after);
    }
  }

  // ---- In flight to free ----

  /** One of those who had it does not any more. */
  void release(StreamBuffer buffer, AfterLock after) {
    boolean isLast = buffer.endUse();
    if (!isLast && acquirers.isAwaited()) {
      growth.relieve(after); // Who is left may do without it.
    }
    if (!isLast || buffer.isGone()) {
      return;
    }
    if (buffer.isLeaving()) {
      after.then(pool.remove(buffer));
      growth.keepFloor(after);
    } else {
      pool.giveBack(buffer, now());
      acquirers.serve(after);
    }
    if (pool.free() > 0) {
      growth.enough();
    }
    finishIfIdle(after);
  }

  void finishIfIdle(AfterLock after) {
    CompletableFuture<Void> waited = finished;
    if (waited != null && pool.isIdle()) {
      after.wake(() -> waited.complete(null));
    }
  }

  // ---- Stopping ----

  boolean isFlowing() {
    return state == BufferStream.State.RUNNING || state == BufferStream.State.STOPPING;
  }

  /** Takes back what the producer has: to be unmapped, and returned, without the lock. */
  List<FillingFrame> cancelFilling() {
    List<FillingFrame> cancelled = new ArrayList<>();
    for (StreamFrame lease : filling.copy()) {
      // One that is just being mapped is returned by who maps it.
      if (lease.end(StreamFrame.Phase.CANCELLED) && lease.isMapped()) {
        cancelled.add((FillingFrame) lease);
      }
    }
    return cancelled;
  }

  /** Drops what nobody has taken, and tells each consumer once. */
  void cancelQueued(AfterLock after) {
    List<FillingFrame> dropped = List.copyOf(submitted);
    submitted.clear();
    for (FillingFrame frame : dropped) {
      tellDropped(producer, frame.sequence(), Reason.STOPPED, after);
      if (frame.isReady()) {
        release(frame.buffer(), after);
      } // Otherwise when its fence signals.
    }
    for (AttachedConsumer reader : readers) {
      reader.stop(after);
    }
  }

  BrokerException stopped(String intent) {
    if (state == BufferStream.State.CLOSED) {
      return closed(intent);
    }
    return new StreamStoppedException(
        "cannot "
            + intent
            + ": stream "
            + spec.name()
            + " is "
            + (state == BufferStream.State.RUNNING ? "running again, it was stopped" : state)
            + "; start it first");
  }

  /** Throws if the stream is closed. */
  void checkOpen(String intent) {
    if (state == BufferStream.State.CLOSED) {
      throw closed(intent);
    }
  }

  ClosedException closed(String intent) {
    return new ClosedException(
        "cannot "
            + intent
            + ": "
            + (brokerClosed ? "the broker" : "stream " + spec.name())
            + " is closed");
  }

  /** Nobody gets anything any more, and the memory goes as soon as nobody has it. */
  void close(AfterLock after, boolean isBrokerClosed) {
    if (state == BufferStream.State.CLOSED) {
      return;
    }
    state = BufferStream.State.CLOSED;
    brokerClosed = isBrokerClosed;
    boolean unused = acquirers.refuse(closed("acquire"), after);
    for (AttachedConsumer reader : List.copyOf(readers)) {
      reader.leave(closed("take"), after);
    }
    cancelQueued(after);
    int before = pool.depth();
    for (StreamBuffer buffer : pool.copy()) {
      after.then(pool.remove(buffer));
    }
    if (before > 0) {
      tellResized(before, "closed", after);
    }
    CompletableFuture<Void> waited = finished;
    if (waited != null) {
      after.wake(() -> waited.complete(null));
    }
    after.then(() -> engine.forget(this));
  }

  // ---- Who is there ----

  void join(AttachedConsumer reader, AfterLock after) {
    readers.add(reader);
    countAudience();
    growth.keepFloor(after);
  }

  void left(AttachedConsumer reader) {
    if (readers.remove(reader)) {
      countAudience();
    }
  }

  private void countAudience() {
    ImmutableSet.Builder<String> groups = ImmutableSet.builder();
    groups.add(group(producer));
    readers.forEach(reader -> groups.add(group(reader.device())));
    audience = groups.build();
  }

  List<RegisteredDevice> devices() {
    List<RegisteredDevice> devices = new ArrayList<>();
    devices.add(producer);
    readers.forEach(reader -> devices.add(reader.device()));
    return devices;
  }

  // ---- Saying what happens ----

  long now() {
    return engine.clock().nanos();
  }

  /** Who has the buffers, for errors; with the lock or without. */
  String describeUse() {
    synchronized (lock) {
      long now = System.nanoTime();
      StringBuilder text = new StringBuilder("of ");
      text.append(pool.depth()).append(" buffers ").append(pool.free()).append(" are free, ");
      text.append(filling.describe(now));
      readers.forEach(reader -> text.append(", ").append(reader.describeUse(now)));
      if (!submitted.isEmpty()) {
        text.append(", ").append(submitted.size()).append(" wait for a fence");
      }
      return text.toString();
    }
  }

  void tell(AfterLock after, Consumer<BrokerListener> event) {
    if (!engine.listeners().isEmpty()) {
      after.then(() -> engine.listeners().tell(event));
    }
  }

  void tellDropped(RegisteredDevice device, long frame, Reason reason, AfterLock after) {
    if (!engine.listeners().isEmpty()) {
      var event = new FrameDropped(spec.name(), device.name(), frame, reason);
      tell(after, listener -> listener.frameDropped(event));
    }
  }

  void tellOverheld(Overheld event, AfterLock after) {
    tell(after, listener -> listener.overheld(event));
  }

  void tellResized(int before, String reason, AfterLock after) {
    var event = new StreamResized(spec.name(), before, pool.depth(), pool.sizeBytes(), reason);
    tell(after, listener -> listener.streamResized(event));
  }

  void tellHeldBack(String reason, AfterLock after) {
    var event = new StreamHeldBack(spec.name(), pool.depth(), reason + "; " + describeUse());
    tell(after, listener -> listener.streamHeldBack(event));
  }

  StreamState snapshot() {
    synchronized (lock) {
      int depth = pool.depth();
      return new StreamState(
          spec.name(),
          state,
          depth,
          growth.floor(),
          spec.maxBuffers(),
          pool.sizeBytes(),
          pool.free(),
          filling.count(),
          depth - pool.free() - filling.count(),
          acquirers.waiting(),
          sequence,
          failed,
          growth.starved(),
          growth.grown(),
          growth.shrunk(),
          growth.refused(),
          scrubbed,
          Optional.ofNullable(growth.heldBack()),
          filling.snapshot(),
          readers.stream().map(AttachedConsumer::state).toList());
    }
  }

  /** What a timer or the poller brings about. */
  void onTime(Consumer<AfterLock> body) {
    lock.changeOnTime(engine.workers(), body);
  }

  <T extends @Nullable Object> T locked(Function<AfterLock, T> body) {
    return lock.locked(body);
  }

  /** Producers that wait for a free buffer. */
  static final class Acquirers extends FrameWaiters<FillingFrame> {
    Acquirers(StreamLife stream) {
      super(stream);
    }

    @Override
    void check() {
      if (stream().state != BufferStream.State.RUNNING) {
        throw stream().stopped(describe());
      }
    }

    @Override
    @Nullable FillingFrame poll(boolean own, boolean still, AfterLock after) {
      return stream().fill(own, still, after);
    }

    @Override
    void starve(AfterLock after) {
      stream().growth.starve(after);
      stream().watch.start(after); // What it was refused for may pass without a sign.
    }

    @Override
    String describe() {
      return "acquire a buffer of " + stream().spec.name();
    }

    @Override
    BrokerException timedOut(Duration timeout) {
      return stream().growth.timedOut(describe(), timeout);
    }

    @Override
    boolean isReady(FillingFrame frame) {
      return !frame.isToScrub();
    }

    @Override
    boolean ready(FillingFrame frame) {
      return frame.scrub();
    }
  }
}
