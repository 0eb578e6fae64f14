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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that is checked: that each view of it is closed before it, and that it ends after a
 * fence if its device uses fences.
 */
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

  /** Looks for views that are open as the mapping is about to end. */
  private void checkViews(String how) {
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

  private void checkFence(String how) {
    if (mapping.attachment().device().usesExplicitSync()) {
      check.report(
          Kind.FENCE_MISSING,
          mapping,
          "the mapping was closed without a fence, but the device declared explicitSync(), so it"
              + " may go on using memory that is another device's by now; end the mapping by"
              + " closeAfter(fence)",
          site,
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

  /** Ends the mapping in a way that may be refused, and then leaves it open. */
  private <T> T end(Supplier<T> way) {
    if (!ending.compareAndSet(false, true)) {
      throw mapping.closed();
    }
    try {
      return way.get();
    } catch (Throwable e) {
      ending.set(false);
      throw e;
    }
  }

  @Override
  public void closeAfter(SyncFile fence) {
    Mapping unused =
        end(
            () -> {
              mapping.closeAfter(fence);
              return mapping;
            });
    if (site != null) {
      checkViews("closed here");
    }
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    return end(() -> mapping.lease(holder, listener));
  }

  @Override
  public void close() {
    try {
      if (ending.compareAndSet(false, true) && site != null) {
        checkViews("closed here");
        checkFence("closed here");
      }
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
