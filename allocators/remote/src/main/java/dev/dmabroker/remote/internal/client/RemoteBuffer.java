package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Attach;
import dev.dmabroker.remote.internal.wire.BufferHandle;
import dev.dmabroker.remote.internal.wire.CloseBuffer;
import dev.dmabroker.remote.internal.wire.Evacuate;
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

  @Override
  public State state() {
    throw new UnsupportedOperationException("states do not cross yet");
  }

  @Override
  public Optional<String> heapName() {
    throw new UnsupportedOperationException("states do not cross yet");
  }

  @Override
  public Attachment attach(Device device) {
    if (!(device instanceof RemoteDevice ours)) {
      throw new IllegalArgumentException(device + " is not a device of this service");
    }
    return link.get(
        ToService.newBuilder()
            .setAttach(Attach.newBuilder().setBuffer(identity).setDevice(ours.identity())),
        answer -> new RemoteAttachment(link, this, ours, answer.message().getAttached()));
  }

  @Override
  public void prepare(Duration timeout) {
    link.order(
        ToService.newBuilder()
            .setPrepare(
                Prepare.newBuilder().setBuffer(identity).setTimeoutNanos(timeout.toNanos())));
  }

  @Override
  public void prepare() {
    link.order(ToService.newBuilder().setPrepare(Prepare.newBuilder().setBuffer(identity)));
  }

  private boolean evacuate(Evacuate.Builder request) {
    return link.get(
        ToService.newBuilder().setEvacuate(request.setBuffer(identity)),
        answer -> answer.message().getEvacuated().getEvacuated());
  }

  @Override
  public void evacuate(Duration timeout) {
    boolean unused = evacuate(Evacuate.newBuilder().setTimeoutNanos(timeout.toNanos()));
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
    return name;
  }
}
