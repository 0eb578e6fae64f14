package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.remote.internal.wire.Release;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;

/** A frame of a service's stream that this client reads. */
final class RemoteFrame implements Frame {
  private final Link link;
  private final RemoteConsumer consumer;
  private final long identity;
  private final int index;
  private final long sequence;
  private final FrameMemory memory;

  RemoteFrame(
      Link link,
      RemoteConsumer consumer,
      long identity,
      int index,
      long sequence,
      Memories.Use memory) {
    this.link = link;
    this.consumer = consumer;
    this.identity = identity;
    this.index = index;
    this.sequence = sequence;
    this.memory = new FrameMemory(link, "frame " + sequence, Access.READ, memory);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public long sequence() {
    return sequence;
  }

  @Override
  public MappedMemory mapping() {
    return memory;
  }

  @Override
  public void closeAfter(SyncFile fence) {
    memory.endViews();
    memory.endAfter(
        () ->
            link.order(
                ToService.newBuilder()
                    .setRelease(
                        Release.newBuilder()
                            .setConsumer(consumer.identity())
                            .setFrame(identity)
                            .setHasFence(true)),
                fence.fd()));
    Fences.close(fence);
  }

  @Override
  public void close() {
    try {
      memory.endViews();
    } finally {
      if (memory.end() && !link.isEnded()) {
        link.tell(
            ToService.newBuilder()
                .setRelease(
                    Release.newBuilder().setConsumer(consumer.identity()).setFrame(identity)));
      }
    }
  }

  @Override
  public String toString() {
    return memory.toString();
  }
}
