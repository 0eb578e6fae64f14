package dev.dmabroker.internal.stream;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.spec.Access;
import java.util.List;
import java.util.Objects;

/**
 * The way in which a device becomes a consumer of a stream: it is attached to one buffer after the
 * other, without the stream's lock, and gets frames once it is attached to all that are there.
 */
final class Joining {
  private final StreamLife life;
  private final StreamUse use;
  private final StreamLimits limits;
  private final Circulation circulation;

  Joining(StreamUse use, StreamLimits limits, Circulation circulation) {
    this.life = use.life;
    this.use = use;
    this.limits = limits;
    this.circulation = circulation;
  }

  /** Makes the device a consumer; see {@link dev.dmabroker.BufferStream#consumer}. */
  AttachedConsumer join(Device device, StreamConsumer.Policy policy) {
    RegisteredDevice registered = life.buffers.devices().own(device);
    String intent = "attach " + registered.name() + " to stream " + life.spec.name();
    registered.checkOpen(intent);
    registered.checkDeclared(Access.READ, life.spec.name());
    synchronized (life.lock) {
      circulation.dispensables().checkReturned(registered, intent);
    }
    AttachedConsumer consumer =
        new AttachedConsumer(
            life,
            circulation,
            circulation.dispensables(),
            registered,
            Objects.requireNonNull(policy, "policy"));
    checkPossible(registered, intent);
    try {
      List<StreamBuffer> missing;
      do {
        // Buffers may be added while the consumer is attached to others.
        missing = joinOrMissing(consumer, intent);
        missing.forEach(buffer -> attach(consumer, buffer));
      } while (!missing.isEmpty());
      return consumer;
    } catch (Throwable e) {
      life.report(
          after -> {
            consumer.keep(after); // It may not have joined yet.
            consumer.leave(life.closed(intent), after);
          });
      throw e;
    }
  }

  /** Checks, before anything is attached, that there can be buffers for all devices, and enough. */
  private void checkPossible(RegisteredDevice added, String intent) {
    List<RegisteredDevice> devices;
    synchronized (life.lock) {
      devices = use.devices.all();
    }
    devices.add(added);
    Planner planner = life.buffers.planner();
    Target target = planner.target(life.spec.buffer());
    boolean agrees = limits.agrees(devices);
    Solution solution = planner.solve(target, devices);
    if (!agrees || !solution.isPossible()) {
      throw planner.unsatisfiable(
          intent, solution.table(), target, devices, /* counting= */ !agrees);
    }
  }

  /**
   * The buffers that the consumer is not attached to. If there is none, it has joined the stream.
   */
  private List<StreamBuffer> joinOrMissing(AttachedConsumer consumer, String intent) {
    return life.locked(
        after -> {
          life.checkOpen(intent);
          List<StreamBuffer> missing = use.pool.notAttachedTo(consumer);
          if (missing.isEmpty()) {
            circulation.join(consumer, after);
          }
          return missing;
        });
  }

  /** Attaches the consumer to a buffer, unless the buffer leaves the stream meanwhile. */
  private void attach(AttachedConsumer consumer, StreamBuffer buffer) {
    AttachedDevice attachment;
    try {
      attachment = buffer.buffer().attach(consumer.device());
    } catch (ClosedException e) {
      synchronized (life.lock) {
        // The buffer has left the stream, so the consumer does not need it.
        if (buffer.isGone()) {
          return;
        }
      }
      throw e;
    }
    try {
      life.report(
          after -> {
            buffer.keep(after);
            if (buffer.isGone()) {
              after.then(attachment::close);
            } else {
              buffer.addConsumer(consumer, attachment);
            }
          });
    } catch (VirtualMachineError e) {
      attachment.close();
      throw e;
    }
  }
}
