package dev.dmabroker.internal.buffer;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.internal.check.BufferCheck;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.OwnedBuffer;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a buffer that applications hold. See {@link Leakable} for what happens when it is
 * lost.
 */
public final class BufferHandle implements OwnedBuffer {
  private final ManagedBuffer buffer;

  /** Checks how the buffer's memory is used; null if that is not to be checked. */
  private final @Nullable BufferCheck check;

  /** Makes the buffer as well, as the buffer has to know its handle from the start. */
  BufferHandle(@Nullable BufferCheck check, Function<BufferHandle, ManagedBuffer> make) {
    this.check = check;
    StackReserve.require(); // What is made must not be lost on its way back.
    buffer = make.apply(this);
  }

  public ManagedBuffer buffer() {
    return buffer;
  }

  /** From now on the memory is used in ways that are not checked, if any are. */
  void unchecked() {
    if (check != null) {
      check.unchecked();
    }
  }

  @Override
  public void ownedBy(String trustGroup) {
    buffer.life.lock.change(after -> buffer.life.trust.ownedBy(trustGroup));
  }

  @Override
  public String name() {
    return buffer.name();
  }

  @Override
  public BufferSpec spec() {
    return buffer.spec();
  }

  @Override
  public State state() {
    return buffer.state();
  }

  @Override
  public Optional<String> heapName() {
    return buffer.heapName();
  }

  @Override
  public Attachment attach(Device device) {
    Objects.requireNonNull(device, "device");
    Throwable site = buffer.life.services().leaks().site("attached here");
    AttachmentHandle attachment =
        new AttachmentHandle(
            this, handle -> buffer.attach(device, new Leakable.Origin(handle, site)));
    return check == null ? attachment : check.of(attachment);
  }

  @Override
  public void prepare(Duration timeout) {
    buffer.prepare(timeout);
  }

  @Override
  public void prepare() {
    buffer.prepare();
  }

  @Override
  public void evacuate(Duration timeout) {
    buffer.evacuate(timeout);
  }

  @Override
  public void evacuate() {
    buffer.evacuate();
  }

  @Override
  public boolean tryEvacuate() {
    return buffer.tryEvacuate();
  }

  @Override
  public void close() {
    buffer.close();
  }

  @Override
  public String toString() {
    return "buffer " + buffer + ", " + state();
  }
}
