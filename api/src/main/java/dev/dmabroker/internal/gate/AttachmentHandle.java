package dev.dmabroker.internal.gate;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.StackReserve;
import dev.dmabroker.spec.Access;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handle of an attachment that applications hold; it keeps the buffer's handle, too. See {@link
 * dev.dmabroker.internal.watch.Leakable} for what happens when it is lost. An application that
 * waits for a mapping has not lost it, whether a thread waits or a future.
 */
public final class AttachmentHandle implements Attachment, Asker {
  private final SharedBuffer buffer;
  private final AttachedDevice attached;

  /** The gate of the attachment, kept here as every map passes it. */
  private final Gate gate;

  private final MoveListeners moveListeners = new MoveListeners();

  /** Attaches the device as well, as the attachment has to know its handle from the start. */
  public AttachmentHandle(SharedBuffer buffer, Function<AttachmentHandle, AttachedDevice> attach) {
    this.buffer = buffer;
    StackReserve.require(); // What is attached must not be lost on its way back.
    this.attached = attach.apply(this);
    this.gate = attached.gate; // No call, as no code could close the attachment if it threw.
  }

  public AttachedDevice attached() {
    return attached;
  }

  @Override
  public Device device() {
    return attached.device();
  }

  @Override
  public SharedBuffer buffer() {
    return buffer;
  }

  @Override
  public Mapping map(Access access) {
    return attached.map(gate, access, this);
  }

  @Override
  public BufferMapping ask(Access access) {
    try {
      return attached.ask(access);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public Mapping map(Access access, Duration timeout) {
    try {
      return attached.map(access, timeout);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public Optional<Mapping> tryMap(Access access) {
    return attached.tryMap(access);
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access) {
    return mapAsync(access, attached.mapTimeout());
  }

  @Override
  public CompletableFuture<Mapping> mapAsync(Access access, Duration timeout) {
    CompletableFuture<Mapping> future = attached.mapAsync(access, timeout);
    try { // A mapping may be out already, which must not be lost on its way to the caller.
      if (!future.isDone()) {
        CompletableFuture<?> unused = future.whenComplete(new Keeper(this));
      }
      return future;
    } catch (VirtualMachineError e) {
      if (!future.cancel(/* mayInterruptIfRunning= */ false)) {
        CompletableFuture<?> unused = future.thenAccept(Mapping::close);
      }
      throw e;
    }
  }

  @Override
  public Pin pin() {
    Pin pin = attached.pin();
    try {
      return new PinHandle(this, pin);
    } catch (VirtualMachineError e) {
      pin.close();
      throw e;
    }
  }

  @Override
  public Pin pin(Duration timeout) {
    Pin pin = attached.pin(timeout);
    try {
      return new PinHandle(this, pin);
    } catch (VirtualMachineError e) {
      pin.close();
      throw e;
    }
  }

  @Override
  public boolean isLeftOut() {
    return attached.isLeftOut();
  }

  @Override
  public Subscription onMove(MoveListener listener) {
    return attached.onMove(listener, moveListeners);
  }

  @Override
  public FixedView fixedView(int reservedBytes) {
    return new StandingView(this, reservedBytes);
  }

  @Override
  public void close() {
    attached.close();
  }

  @Override
  public String toString() {
    return attached.toString();
  }

  /** Keeps the handle reachable for as long as a future has this. */
  private record Keeper(AttachmentHandle handle)
      implements BiConsumer<@Nullable Mapping, @Nullable Throwable> {
    @Override
    public void accept(@Nullable Mapping mapping, @Nullable Throwable failure) {
      // There is nothing to do but to be there.
    }
  }

  /**
   * The handle of a pin. It keeps the attachment's handle, so a holder of a pin has not lost the
   * attachment.
   */
  private record PinHandle(AttachmentHandle attachment, Pin pin) implements Pin {
    @Override
    public String heapName() {
      return pin.heapName();
    }

    @Override
    public long generation() {
      return pin.generation();
    }

    @Override
    public void close() {
      pin.close();
    }

    @Override
    public String toString() {
      return pin.toString();
    }
  }
}
