package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.SyncFile;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that is checked: that each view of it is closed before it, and that it ends after a
 * fence if its device uses fences.
 */
final class CheckedMapping implements Mapping {
  private final BufferMapping mapping;
  private final BufferCheck check;
  private final CheckedUse use;

  /** The views that are open. */
  private final Set<CheckedView> views = ConcurrentHashMap.newKeySet();

  CheckedMapping(BufferMapping mapping, BufferCheck check, @Nullable Throwable site) {
    this.mapping = mapping;
    this.check = check;
    this.use = CheckedUse.begin(mapping, check, site);
  }

  /** Looks for views that are open as the mapping is about to end. */
  private void checkViews(@Nullable Throwable here) {
    for (CheckedView view : views) {
      check.report(
          Kind.VIEW_LEFT_OPEN,
          Use.of(mapping),
          "the mapping was closed while a CPU view of it was open, and the memory stays in place"
              + " until that is closed; close views first",
          view.site(),
          here);
    }
  }

  private void checkFence(@Nullable Throwable here) {
    if (mapping.attachment().device().usesExplicitSync()) {
      check.report(
          Kind.FENCE_MISSING,
          Use.of(mapping),
          "the mapping was closed without a fence, but the device declared explicitSync(), so it"
              + " may go on using memory that is another device's by now; end the mapping by"
              + " closeAfter(fence)",
          use.site(),
          here);
    }
  }

  @Override
  public CpuView cpuView() {
    CpuView view = mapping.cpuView();
    try {
      Throwable site = use.isSampled() ? Leaks.here("view begun here") : null;
      CheckedView checked =
          new CheckedView(view, CheckedUse.begin(mapping, check, site), views::remove);
      views.add(checked);
      return checked;
    } catch (Throwable e) {
      view.close();
      throw e;
    }
  }

  @Override
  public void close() {
    use.close(
        "closed here",
        here -> {
          checkViews(here);
          checkFence(here);
        },
        mapping::close);
  }

  @Override
  public void closeAfter(SyncFile fence) {
    Mapping unused =
        use.end(
            () -> {
              mapping.closeAfter(fence, errno -> use.ended());
              return mapping;
            });
    if (use.isSampled()) {
      checkViews(Leaks.here("closed here"));
    }
  }

  @Override
  public Lease lease(String holder, RecallListener listener) {
    if (mapping.access().writes()) {
      check.unchecked(); // What its uses write is not seen.
    }
    Lease lease = use.end(() -> mapping.lease(holder, listener));
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
