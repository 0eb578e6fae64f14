package dev.dmabroker.samples.replay;

import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import java.util.concurrent.atomic.AtomicBoolean;

/** A mapping of a {@link RecordingBroker}. */
final class RecordingMapping implements Mapping {
  private final Mapping mapping;
  private final TraceRecorder.PendingMap map;
  private final AtomicBoolean closed = new AtomicBoolean();

  RecordingMapping(Mapping mapping, TraceRecorder.PendingMap map) {
    this.mapping = mapping;
    this.map = map;
  }

  @Override
  public int fd() {
    return mapping.fd();
  }

  @Override
  public int dupFd() {
    return mapping.dupFd();
  }

  @Override
  public Layout layout() {
    return mapping.layout();
  }

  @Override
  public String heapName() {
    return mapping.heapName();
  }

  @Override
  public long sizeBytes() {
    return mapping.sizeBytes();
  }

  @Override
  public long generation() {
    return mapping.generation();
  }

  @Override
  public Access access() {
    return mapping.access();
  }

  @Override
  public boolean isOpen() {
    return mapping.isOpen();
  }

  @Override
  public CpuView cpuView() {
    return mapping.cpuView();
  }

  /** {@inheritDoc} A trace takes it for closed now. */
  @Override
  public void closeAfter(SyncFile fence) {
    mapping.closeAfter(fence);
    if (closed.compareAndSet(false, true)) {
      map.unmapped();
    }
  }

  /** {@inheritDoc} A trace takes it for closed now. */
  @Override
  public Lease lease(String holder, RecallListener listener) {
    Lease lease = mapping.lease(holder, listener);
    if (closed.compareAndSet(false, true)) {
      map.unmapped();
    }
    return lease;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      map.unmapped();
    }
    mapping.close();
  }

  @Override
  public String toString() {
    return mapping.toString();
  }
}
