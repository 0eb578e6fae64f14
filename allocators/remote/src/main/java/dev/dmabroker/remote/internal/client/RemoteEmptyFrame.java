package dev.dmabroker.remote.internal.client;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.wire.GiveBack;
import dev.dmabroker.remote.internal.wire.Submit;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;

/** A buffer of a service's stream that this client fills. */
final class RemoteEmptyFrame implements EmptyFrame {
  private final Link link;
  private final long identity;
  private final int index;
  private final FrameMemory memory;
  private volatile boolean submitted;

  RemoteEmptyFrame(Link link, long identity, int index, String name, Memories.Use memory) {
    this.link = link;
    this.identity = identity;
    this.index = index;
    this.memory = new FrameMemory(link, "empty frame " + name, Access.OVERWRITE, memory);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public MappedMemory mapping() {
    return memory;
  }

  @Override
  public void submit() {
    submit(Submit.newBuilder().setFrame(identity));
  }

  @Override
  public void submitAfter(SyncFile fence) {
    submit(Submit.newBuilder().setFrame(identity).setHasFence(true), fence.fd());
    Fences.close(fence);
  }

  private void submit(Submit.Builder request, int... fence) {
    if (submitted) {
      throw Exceptions.closed(memory + " has been submitted already");
    }
    memory.endViews();
    memory.endAfter(() -> link.order(ToService.newBuilder().setSubmit(request), fence));
    submitted = true;
  }

  /** Gives the frame back unseen, without a wait. */
  void giveBack() {
    if (memory.end()) {
      link.tell(ToService.newBuilder().setGiveBack(GiveBack.newBuilder().setFrame(identity)));
    }
  }

  @Override
  public void close() {
    try {
      memory.endViews();
    } finally {
      giveBack();
    }
  }

  @Override
  public String toString() {
    return memory.toString();
  }
}
