package dev.dmabroker.internal.buffer;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.internal.gate.AttachmentHandle;
import dev.dmabroker.internal.gate.OwnedBuffer;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The handle of a buffer that applications hold. See {@link Leakable} for what happens when it is
 * lost.
 */
public final class BufferHandle implements OwnedBuffer {
  private final ManagedBuffer buffer;

  /** Makes the buffer as well, as the buffer has to know its handle from the start. */
  BufferHandle(Function<BufferHandle, ManagedBuffer> make) {
    StackReserve.require(); // What is made must not be lost on its way back.
    buffer = make.apply(this);
  }

  public ManagedBuffer buffer() {
    return buffer;
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
    return new AttachmentHandle(
        this, handle -> buffer.attach(device, new Leakable.Origin(handle, site)));
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
