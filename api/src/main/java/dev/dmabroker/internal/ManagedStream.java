package dev.dmabroker.internal;

import dev.dmabroker.BufferStream;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Holder;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What users ask of a stream, and how far its {@linkplain StreamLife life} allows it now. */
final class ManagedStream extends StreamLife implements BufferStream {

  ManagedStream(BrokerEngine engine, StreamSpec spec, RegisteredDevice producer) {
    super(engine, spec, producer);
  }

  @Override
  public StreamSpec spec() {
    return spec;
  }

  @Override
  public State state() {
    synchronized (lock) {
      return state;
    }
  }

  @Override
  public StreamState snapshot() {
    return super.snapshot();
  }

  // ---- Starting and stopping ----

  @Override
  public void start() {
    synchronized (lock) {
      checkStartable(); // Before any memory is sought.
    }
    growth.fill();
    locked(
        after -> {
          checkStartable();
          if (state == State.STOPPED) {
            state = State.RUNNING;
            pool.restart(now());
          }
          return null;
        });
  }

  private void checkStartable() {
    checkOpen("start " + spec.name());
    if (state == State.STOPPING) {
      throw new BusyException(
          "cannot start "
              + spec.name()
              + ": it is being stopped; "
              + describeUse()
              + "; start it when stop has returned");
    }
  }

  @Override
  public void stop() {
    stop(spec.stopDeadline());
  }

  @Override
  public void stop(Duration deadline) {
    if (deadline.isNegative()) {
      throw new IllegalArgumentException("the deadline must not be negative, is " + deadline);
    }
    CompletableFuture<Void> end = beginStop();
    if (end == null) {
      return;
    }
    InterruptedException interrupt = await(end, deadline);
    endStop(end);
    List<Holder> holders = holders();
    if (interrupt != null) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "interrupted while stopping "
              + spec.name()
              + ", which is stopped; held: "
              + Holder.describe(holders),
          interrupt);
    }
    if (!holders.isEmpty()) {
      throw new OutstandingMappingsException(
          "stream "
              + spec.name()
              + " is stopped, but after "
              + deadline.toMillis()
              + " ms frames are still held: "
              + Holder.describe(holders)
              + "; each returns to the stream when it is closed",
          holders,
          null);
    }
  }

  /** What is completed when nothing is in flight; null if the stream does not run. */
  private @Nullable CompletableFuture<Void> beginStop() {
    List<FillingFrame> cancelled = new ArrayList<>();
    CompletableFuture<Void> end =
        locked(
            after -> {
              if (state == State.RUNNING) {
                state = State.STOPPING;
                finished = new CompletableFuture<>();
                boolean unused = acquirers.refuse(stopped(acquirers.describe()), after);
                cancelled.addAll(cancelFilling());
                finishIfIdle(after);
              }
              return finished;
            });
    cancelled.forEach(FillingFrame::cancelled);
    return end;
  }

  private static @Nullable InterruptedException await(
      CompletableFuture<Void> end, Duration deadline) {
    try {
      end.get(Durations.nanos(deadline), TimeUnit.NANOSECONDS);
      return null;
    } catch (InterruptedException e) {
      return e;
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // Nobody completes it so.
    }
  }

  /** Whoever comes first does it for all who stop. */
  private void endStop(CompletableFuture<Void> end) {
    locked(
        after -> {
          if (finished == end) {
            finished = null;
            if (state == State.STOPPING) {
              state = State.STOPPED;
              run++;
              cancelQueued(after);
            }
            after.wake(() -> end.complete(null));
          }
          return null;
        });
  }

  private List<Holder> holders() {
    List<StreamBuffer> buffers;
    synchronized (lock) {
      buffers = pool.copy();
    }
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.buffer().currentHolders()));
    return holders;
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (OutstandingMappingsException e) {
      // What consumers hold outlives the stream.
    } finally {
      locked(
          after -> {
            close(after, /* isBrokerClosed= */ false);
            return null;
          });
    }
  }

  /** The broker closes. */
  void shutDown() {
    locked(
        after -> {
          close(after, /* isBrokerClosed= */ true);
          return null;
        });
  }

  // ---- The producer ----

  @Override
  public EmptyFrame acquire() {
    return acquirers.get(engine.settings().mapTimeout());
  }

  @Override
  public EmptyFrame acquire(Duration timeout) {
    return acquirers.get(timeout);
  }

  @Override
  public Optional<EmptyFrame> tryAcquire() {
    return acquirers.tryGet().map(frame -> frame);
  }

  @Override
  public CompletableFuture<EmptyFrame> acquireAsync() {
    CompletableFuture<EmptyFrame> future = new CompletableFuture<>();
    acquirers.getAsync(future);
    return future;
  }

  // ---- The consumers ----

  @Override
  public StreamConsumer consumer(Device device, StreamConsumer.Policy policy) {
    return attach(device, policy);
  }

  AttachedConsumer attach(Device device, StreamConsumer.Policy policy) {
    RegisteredDevice registered = engine.own(device);
    String intent = "attach " + registered.name() + " to stream " + spec.name();
    registered.checkOpen(intent);
    registered.checkDeclared(Access.READ, spec.name());
    AttachedConsumer reader =
        new AttachedConsumer(this, registered, Objects.requireNonNull(policy, "policy"));
    checkPossible(registered, intent);
    try {
      while (true) {
        List<StreamBuffer> missing =
            locked(
                after -> {
                  checkOpen(intent);
                  List<StreamBuffer> without = pool.notReadBy(reader);
                  if (without.isEmpty()) {
                    join(reader, after);
                  }
                  return without;
                });
        if (missing.isEmpty()) {
          return reader;
        }
        missing.forEach(buffer -> attach(reader, buffer));
      }
    } catch (RuntimeException | Error e) {
      locked(
          after -> {
            reader.leave(closed(intent), after);
            return null;
          });
      throw e;
    }
  }

  private void attach(AttachedConsumer reader, StreamBuffer buffer) {
    AttachedDevice attachment;
    try {
      attachment = buffer.buffer().attach(reader.device());
    } catch (ClosedException e) {
      synchronized (lock) {
        if (buffer.isGone()) {
          return;
        }
      }
      throw e;
    }
    locked(
        after -> {
          if (buffer.isGone()) {
            after.then(attachment::close);
          } else {
            buffer.addReader(reader, attachment);
          }
          return null;
        });
  }

  /** Before anything is attached: whether there can be buffers for all, and so many. */
  private void checkPossible(RegisteredDevice added, String intent) {
    List<RegisteredDevice> devices;
    synchronized (lock) {
      devices = devices();
    }
    devices.add(added);
    Target target = engine.planner().target(spec.buffer());
    boolean agrees = growth.agrees(devices);
    if (!agrees || !engine.planner().solve(target, devices).isPossible()) {
      throw engine.planner().unsatisfiable(intent, target, devices, /* counting= */ !agrees);
    }
  }

  @Override
  public Flow.Publisher<Frame> publisher(Device device, StreamConsumer.Policy policy) {
    RegisteredDevice registered = engine.own(device);
    return new FramePublisher(this, registered, Objects.requireNonNull(policy, "policy"));
  }

  // ---- Single buffers ----

  @Override
  public boolean remove(int index) {
    return locked(
        after -> {
          StreamBuffer buffer = pool.find(index);
          if (buffer == null) {
            return false;
          }
          int before = pool.depth();
          buffer.leave();
          if (buffer.isFree()) {
            after.then(pool.remove(buffer));
            tellResized(before, "removed", after);
            growth.keepFloor(after);
          }
          return true;
        });
  }

  @Override
  public String toString() {
    return "stream " + spec.name();
  }
}
