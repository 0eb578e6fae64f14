package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.MappedView;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that is checked: what its {@link CheckedUse} finds, and that each view of it is closed
 * before it.
 */
final class CheckedMapping implements Mapping {
  private final BufferMapping mapping;
  private final BufferCheck check;
  private final CheckedUse use;

  /** The views that are open; null if it is none of the sample. */
  private final @Nullable Set<MappingView> views;

  CheckedMapping(BufferMapping mapping, BufferCheck check) {
    this.mapping = mapping;
    this.check = check;
    this.use = check.begin(mapping, "mapped here");
    this.views = use.site() == null ? null : ConcurrentHashMap.newKeySet();
  }

  @Override
  public CpuView cpuView() {
    MappedView view = mapping.cpuView();
    try {
      MappingView checked =
          new MappingView(view, check.begin(mapping, use.here("view begun here")), views);
      if (views != null) {
        views.add(checked);
      }
      return checked;
    } catch (Throwable e) {
      view.close();
      throw e;
    }
  }

  /** Looks for views that are open as the mapping is about to end. */
  private void checkViews() {
    if (views == null) {
      return;
    }
    for (MappingView view : views) {
      use.report(
          Kind.VIEW_LEFT_OPEN,
          "the mapping was closed while a CPU view of it was open, and the memory stays in place"
              + " until that is closed; close views first",
          view.site(),
          use.here("closed here"));
    }
  }

  /** Closes the mapping, whatever a check throws. */
  @Override
  public void close() {
    try {
      if (mapping.isOpen()) {
        checkViews();
        use.endWithoutFence("closed here");
      }
    } finally {
      if (mapping.leave()) {
        use.ended();
      }
      mapping.close();
    }
  }

  @Override
  public void closeAfter(SyncFile fence) {
    if (mapping.isOpen()) {
      checkViews();
      use.endAfter(fence, "closed here");
    }
    mapping.closeAfter(fence, errno -> use.ended());
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    if (mapping.access().writes()) {
      check.unchecked(); // What its uses write is not seen.
    }
    Lease lease = mapping.lease(holder, listener);
    use.ended();
    return lease;
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
