package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import dev.dmabroker.FenceException;
import dev.dmabroker.event.AccessViolation.Kind;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.MappedView;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.SyncFile;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One use of memory that is checked, from its begin to its end: a mapping, a CPU view or a frame of
 * a stream. A use that is none of the sample is only counted. This class is thread-safe.
 */
public final class CheckedUse {
  private final BufferCheck check;
  private final Services services;
  private final BufferMapping mapping;

  /** Where it began; null if it is none of the sample. */
  private final @Nullable Throwable site;

  private final long sinceNanos;

  /** Whether a thread looks at its end, or has done so. */
  private final AtomicBoolean ending = new AtomicBoolean();

  private final AtomicBoolean ended = new AtomicBoolean();

  /** Where it ended; null if that is not known. */
  private volatile @Nullable Throwable end;

  CheckedUse(
      BufferCheck check, Services services, BufferMapping mapping, @Nullable Throwable site) {
    this.check = check;
    this.services = services;
    this.mapping = mapping;
    this.site = site;
    this.sinceNanos = services.time().nanos();
  }

  /** Where it began; null if it is none of the sample. */
  @Nullable Throwable site() {
    return site;
  }

  /** Notes where the calling thread is; null if the use is none of the sample. */
  @Nullable Throwable here(String what) {
    return site == null ? null : Leaks.here(what);
  }

  // ---- Its end ----

  /**
   * The use is about to end, and no fence is asked for. Contents are looked at, which may block as
   * CPU access does.
   *
   * @param how names the end in what is reported
   */
  public void end(String how) {
    Throwable unused = look(how);
  }

  /**
   * The use is about to end without a fence, whether its device uses fences or not. May block as
   * {@link #end} does.
   */
  public void endWithoutFence(String how) {
    Throwable here = look(how);
    if (here != null && mapping.attachment().device().usesExplicitSync()) {
      report(
          Kind.FENCE_MISSING,
          "it ended without a fence, but the device declared explicitSync(), so it may go on using"
              + " memory that is another device's by now; end it after the fence of the device's"
              + " work",
          site,
          here);
    }
  }

  /** Looks at the end, once. Returns where that is; null if it is not looked at, or not known. */
  private @Nullable Throwable look(String how) {
    if (site == null || !ending.compareAndSet(false, true)) {
      return null;
    }
    Throwable here = Leaks.here(how);
    end = here;
    check.lookAtEnd(mapping, site, here);
    return here;
  }

  /**
   * The use is about to end after a fence, whose descriptor is still the caller's. Contents are not
   * looked at, as the device goes on.
   */
  public void endAfter(SyncFile fence, String how) {
    if (site == null) {
      return;
    }
    Throwable here = Leaks.here(how);
    end = here;
    OptionalLong signalled = signalled(fence);
    if (signalled.isPresent() && signalled.getAsLong() - sinceNanos < 0) {
      report(
          Kind.FENCE_STALE,
          "it ended after a fence that had signalled "
              + (sinceNanos - signalled.getAsLong()) / 1_000
              + " us before it began, so the memory is another device's at once; give the fence of"
              + " the work that was queued in between",
          site,
          here);
    }
  }

  private OptionalLong signalled(SyncFile fence) {
    try {
      return services.fences().signalled(fence);
    } catch (FenceException e) {
      return OptionalLong.empty(); // The call that is to come refuses it.
    }
  }

  /** The use has ended, and so has its right to write. */
  public void ended() {
    if (ended.compareAndSet(false, true)) {
      check.ended(mapping);
    }
  }

  // ---- Views ----

  /** Returns a view of a frame as the application is to hold it; the frame's use covers it. */
  public CpuView view(MappedView view) {
    return new CheckedView(view, this);
  }

  /**
   * A view was used after its end.
   *
   * @param itsEnd where the view was closed; null if it ended with this use, or if that is not
   *     known
   */
  void usedAfterEnd(@Nullable Throwable itsEnd) {
    if (site != null) {
      report(
          Kind.VIEW_USED_AFTER_END,
          "a CPU view was asked for memory after its end; ask before the end, or begin another"
              + " view",
          itsEnd != null ? itsEnd : end,
          Leaks.here("used here"));
    }
  }

  void report(Kind kind, String found, @Nullable Throwable first, @Nullable Throwable second) {
    check.report(kind, Subject.of(mapping), found, first, second);
  }
}
