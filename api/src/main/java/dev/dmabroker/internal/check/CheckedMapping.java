package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A mapping that is checked: that each view of it is closed before it. */
final class CheckedMapping implements Mapping {
  private final BufferMapping mapping;
  private final BufferCheck check;

  /** Where it was made; null if it is none of the sample. */
  private final @Nullable Throwable site;

  /** The views that are open, if it is one of the sample. */
  private final Set<CheckedView> views = ConcurrentHashMap.newKeySet();

  /** Whether a thread has begun to end it. */
  private final AtomicBoolean ending = new AtomicBoolean();

  CheckedMapping(BufferMapping mapping, BufferCheck check, @Nullable Throwable site) {
    this.mapping = mapping;
    this.check = check;
    this.site = site;
  }

  /** Looks at what the application leaves behind, once, as the mapping is about to end. */
  private void end(String how) {
    if (!ending.compareAndSet(false, true) || site == null || !mapping.isOpen()) {
      return;
    }
    for (CheckedView view : views) {
      check.report(
          Kind.VIEW_LEFT_OPEN,
          mapping,
          "the mapping was closed while a CPU view of it was open, and the memory stays in place"
              + " until that is closed; close views first",
          view.site(),
          how);
    }
  }

  @Override
  public CpuView cpuView() {
    CpuView view = mapping.cpuView();
    if (site == null) {
      return view;
    }
    try {
      CheckedView checked = new CheckedView(view, views);
      views.add(checked);
      return checked;
    } catch (Throwable e) {
      view.close();
      throw e;
    }
  }

  @Override
  public void closeAfter(SyncFile fence) {
    mapping.closeAfter(fence);
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    return mapping.lease(holder, listener);
  }

  @Override
  public void close() {
    try {
      end("closed here");
    } finally {
      mapping.close();
    }
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
  public String toString() {
    return mapping.toString();
  }
}
