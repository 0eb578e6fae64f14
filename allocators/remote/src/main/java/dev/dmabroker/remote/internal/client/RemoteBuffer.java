package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attach;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.CloseBuffer;
import dev.dmabroker.remote.internal.wire.Evacuate;
import dev.dmabroker.remote.internal.wire.Look;
import dev.dmabroker.remote.internal.wire.Looked;
import dev.dmabroker.remote.internal.wire.Prepare;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A buffer of a service. */
public final class RemoteBuffer implements SharedBuffer {
  private final Link link;
  private final long identity;
  private final String name;
  private final BufferSpec spec;
  private final Memories memories;
  private final Memories.Slot slot = new Memories.Slot();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Reads what a service says of a buffer. */
  public RemoteBuffer(Link link, BufferHandle handle) throws BadMessageException {
    this.link = link;
    memories = link.memories();
    identity = handle.getBuffer();
    name = handle.getName();
    spec = Specs.read(handle.getSpec());
  }

  Memories memories() {
    return memories;
  }

  Memories.Slot slot() {
    return slot;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public BufferSpec spec() {
    return spec;
  }

  /**
   * The buffer as one of this service's.
   *
   * @throws IllegalArgumentException if it is another broker's
   */
  public static RemoteBuffer of(Link link, SharedBuffer buffer) {
    if (buffer instanceof RemoteBuffer ours && ours.link == link) {
      return ours;
    }
    throw new IllegalArgumentException("buffer " + buffer.name() + " belongs to another broker");
  }

  /** The service's identity of the buffer. */
  public long identity() {
    return identity;
  }

  /** What the service says of it; a buffer that this client has closed is gone for it. */
  private Looked look() {
    if (closed.get() || link.isEnded()) {
      return Looked.newBuilder().setState(State.RELEASED.name()).build();
    }
    return link.get(
        ToService.newBuilder().setLook(Look.newBuilder().setBuffer(identity)),
        answer -> answer.message().getLooked());
  }

  @Override
  public State state() {
    return State.valueOf(look().getState());
  }

  @Override
  public Optional<String> heapName() {
    String heap = look().getHeap();
    return heap.isEmpty() ? Optional.empty() : Optional.of(heap);
  }

  @Override
  public Attachment attach(Device device) {
    RemoteDevice ours = RemoteDevice.of(link, device);
    if (closed.get()) {
      throw Exceptions.closed(
          "cannot attach " + ours.name() + " to " + name + ": the buffer is closed");
    }
    ours.requireOpen("cannot attach it to " + name);
    return link.get(
        ToService.newBuilder()
            .setAttach(Attach.newBuilder().setBuffer(identity).setDevice(ours.identity())),
        answer -> new RemoteAttachment(link, this, ours, answer.message().getAttached()));
  }

  private void prepare(Prepare.Builder request) {
    link.order(
        ToService.newBuilder().setPrepare(request.setBuffer(identity).setAsker(link.asker())));
  }

  @Override
  public void prepare(Duration timeout) {
    prepare(Prepare.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout))));
  }

  @Override
  public void prepare() {
    prepare(Prepare.newBuilder());
  }

  private boolean evacuate(Evacuate.Builder request) {
    return link.get(
        ToService.newBuilder().setEvacuate(request.setBuffer(identity).setAsker(link.asker())),
        answer -> answer.message().getEvacuated().getEvacuated());
  }

  @Override
  public void evacuate(Duration timeout) {
    boolean unused =
        evacuate(
            Evacuate.newBuilder().setTimeoutNanos(Durations.nanos(Durations.timeout(timeout))));
  }

  @Override
  public void evacuate() {
    boolean unused = evacuate(Evacuate.newBuilder());
  }

  @Override
  public boolean tryEvacuate() {
    return evacuate(Evacuate.newBuilder().setNowOrNever(true));
  }

  @Override
  public void close() {
    Handles.close(
        closed,
        link,
        ToService.newBuilder().setCloseBuffer(CloseBuffer.newBuilder().setBuffer(identity)));
    memories.close(slot);
  }

  @Override
  public String toString() {
    return "buffer " + name + (closed.get() ? ", closed" : "");
  }
}
