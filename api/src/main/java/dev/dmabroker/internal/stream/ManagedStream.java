package dev.dmabroker.internal.stream;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.StreamChanged.Change;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.buffer.BufferRegistry;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.FramePublisher;
import dev.dmabroker.internal.runtime.FrameSupply;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** A stream as applications call it. {@link Circulation} is what it does with its buffers. */
public final class ManagedStream implements BufferStream, FrameSupply<EmptyFrame> {
  final StreamLife life;
  final StreamUse use;
  final StreamGrowth growth;
  final Circulation circulation;
  final StreamWatch watch;
  private final StreamStop stop;
  private final Joining joining;
  private final StreamReport report;

  /**
   * Makes a stream that is stopped and has no buffers.
   *
   * @param forget called, without a lock, when the stream is closed
   */
  public ManagedStream(
      BufferRegistry buffers,
      StreamSpec spec,
      RegisteredDevice producer,
      Consumer<ManagedStream> forget) {
    this.life = new StreamLife(buffers, spec, producer);
    this.use = new StreamUse(life);
    StreamLimits limits = new StreamLimits(spec, use.pool, use.devices);
    this.growth = new StreamGrowth(use, limits, this::serve);
    this.circulation = new Circulation(use, growth);
    this.watch = new StreamWatch(use, growth, circulation);
    this.stop = new StreamStop(use, circulation, () -> forget.accept(this));
    this.joining = new Joining(use, limits, circulation);
    this.report = new StreamReport(use, growth, circulation);
  }

  /** The producer's waiters get the free buffers that have come. */
  private void serve(AfterLock after) {
    circulation.acquirers().serve(after);
  }

  /** Heaps have joined the broker, where the stream may find memory. */
  public void heapsJoined() {
    life.report(
        after -> {
          if (life.isRunning()) {
            growth.heapsJoined(circulation.acquirers().waiting(), after);
          }
        });
  }

  /** Tells listeners that the broker has the stream. */
  public void announce() {
    life.report(after -> life.events.changed(Change.MADE, life.producer, after));
  }

  @Override
  public StreamSpec spec() {
    return life.spec;
  }

  @Override
  public State state() {
    synchronized (life.lock) {
      return life.state();
    }
  }

  @Override
  public StreamState snapshot() {
    return report.snapshot();
  }

  // ---- Starting and stopping ----

  @Override
  public void start() {
    synchronized (life.lock) {
      checkStartable(); // Before any memory is sought.
      if (life.isRunning()) {
        return;
      }
    }
    circulation.dispensables().await();
    // Memory is got without the lock, so the state is checked again after it.
    growth.fill();
    life.change(
        after -> {
          checkStartable();
          if (life.state() == State.STOPPED) {
            life.become(State.RUNNING);
            circulation.begin(after);
            use.pool.restart(life.now());
          }
        });
  }

  /** Refuses a start while the stream is being stopped, or once it is closed. Under the lock. */
  private void checkStartable() {
    life.checkOpen("start " + life.spec.name());
    if (life.state() == State.STOPPING) {
      throw Exceptions.busy(
          "cannot start "
              + life.spec.name()
              + ": it is being stopped; "
              + use.describe()
              + "; start it when stop has returned");
    }
  }

  @Override
  public void stop() {
    stop(life.spec.stopDeadline());
  }

  @Override
  public void stop(Duration deadline) {
    stop.stop(deadline);
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (OutstandingMappingsException e) {
      // The frames that consumers hold outlive the stream.
    } finally {
      stop.close();
    }
  }

  /** Ends the stream because the broker closes. */
  public void shutDown() {
    stop.closeWithBroker();
  }

  // ---- The producer ----

  @Override
  public EmptyFrame acquire() {
    return acquire(life.defaultTimeout());
  }

  @Override
  public EmptyFrame acquire(Duration timeout) {
    return circulation.acquirers().get(timeout);
  }

  @Override
  public Optional<EmptyFrame> tryAcquire() {
    // Nothing new is made: if there were no memory for it, the frame would be lost.
    @SuppressWarnings("unchecked") // An Optional is read only.
    Optional<EmptyFrame> frame =
        (Optional<EmptyFrame>) (Optional<?>) circulation.acquirers().tryGet();
    return frame;
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync() {
    CompletableFuture<EmptyFrame> future = new CompletableFuture<>();
    supply(future);
    return future;
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync(Duration timeout) {
    CompletableFuture<EmptyFrame> future = new CompletableFuture<>();
    supply(future, timeout);
    return future;
  }

  @Override
  public void supply(CompletableFuture<? super EmptyFrame> future) {
    circulation.acquirers().supply(future);
  }

  @Override
  public void supply(CompletableFuture<? super EmptyFrame> future, Duration timeout) {
    circulation.acquirers().supply(future, timeout);
  }

  // ---- The consumers ----

  @Override
  public AttachedConsumer consumer(Device device, StreamConsumer.Policy policy) {
    return joining.join(device, policy);
  }

  @Override
  public Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy) {
    RegisteredDevice registered = life.buffers.devices().own(device);
    Objects.requireNonNull(policy, "policy");
    return new FramePublisher<>(
        registered.name() + " at " + life.spec.name(),
        () -> joining.join(registered, policy),
        AttachedConsumer::onEnd,
        life::callback);
  }

  // ---- Single buffers ----

  @Override
  public boolean remove(int index) {
    return life.locked(after -> growth.remove(index, after));
  }

  /** Gives sets of streams an order that does not depend on where objects lie. */
  @Override
  public int hashCode() {
    return life.spec.name().hashCode();
  }

  @Override
  public String toString() {
    return "stream " + life.spec.name() + ", " + life.state();
  }
}
