package dev.dmabroker.remote.internal.client;

import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.remote.NotRemoteException;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Unmap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;

/** A mapping that a service has granted by a message. */
final class RemoteMapping implements Mapping {
  private final Link link;
  private final long identity;
  private final FrameMemory memory;

  RemoteMapping(Link link, String what, long identity, Access access, Memories.Use memory) {
    this.link = link;
    this.identity = identity;
    this.memory = new FrameMemory(link, what, access, memory);
  }

  @Override
  public int fd() {
    return memory.fd();
  }

  @Override
  public int dupFd() {
    return memory.dupFd();
  }

  @Override
  public Layout layout() {
    return memory.layout();
  }

  @Override
  public String heapName() {
    return memory.heapName();
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public long generation() {
    return memory.generation();
  }

  @Override
  public Access access() {
    return memory.access();
  }

  @Override
  public boolean isOpen() {
    return memory.isOpen();
  }

  @Override
  public CpuView cpuView() {
    return memory.cpuView();
  }

  private Unmap.Builder unmap() {
    return Unmap.newBuilder().setMapping(identity);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    memory.endAfter(
        () -> link.order(ToService.newBuilder().setUnmap(unmap().setHasFence(true)), fence.fd()));
    Fences.close(fence);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    throw new NotRemoteException(
        "Mapping.lease", "map the buffer for each use, which takes no system call once it is settled");
  }

  @Override
  public void close() {
    if (memory.end() && !link.isEnded()) {
      link.tell(ToService.newBuilder().setUnmap(unmap()));
    }
  }

  @Override
  public String toString() {
    return memory.toString();
  }
}
