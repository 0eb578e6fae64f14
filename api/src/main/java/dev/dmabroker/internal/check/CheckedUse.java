package dev.dmabroker.internal.check;

import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.watch.Leaks;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One use of memory, by a mapping or by a view of one, from its begin to its end. The end is looked
 * at once, before the memory may go. A second thread that ends the use does not wait for that, and
 * takes nothing away from it.
 */
final class CheckedUse {
  private final BufferMapping mapping;
  private final BufferCheck check;

  /** Where it began; null if it is none of the sample. */
  private final @Nullable Throwable site;

  /** Whether a thread has begun to end it. */
  private final AtomicBoolean ending = new AtomicBoolean();

  /** Whether the end was looked at. */
  private volatile boolean looked;

  private CheckedUse(BufferMapping mapping, BufferCheck check, @Nullable Throwable site) {
    this.mapping = mapping;
    this.check = check;
    this.site = site;
  }

  /** Begins a use, before the application has it. */
  static CheckedUse begin(BufferMapping mapping, BufferCheck check, @Nullable Throwable site) {
    CheckedUse use = new CheckedUse(mapping, check, site);
    check.begin(mapping, site);
    return use;
  }

  /** Where it began; null if it is none of the sample. */
  @Nullable Throwable site() {
    return site;
  }

  /** Whether it is one of the sample. */
  boolean isSampled() {
    return site != null;
  }

  /**
   * Ends the use, whatever a check throws.
   *
   * @param how names the end in what is reported
   * @param more is checked as well, and gets the place that ends the use
   * @param close ends it, and may be called again
   */
  void close(String how, Consumer<@Nullable Throwable> more, Runnable close) {
    if (!ending.compareAndSet(false, true)) {
      if (looked) {
        close.run(); // The first close may have had no stack left for it.
      }
      return;
    }
    try {
      if (isSampled()) {
        Throwable here = Leaks.here(how);
        check.ending(mapping, site, here);
        more.accept(here);
      }
    } finally {
      looked = true;
      try {
        close.run();
      } finally {
        ended();
      }
    }
  }

  /**
   * Ends the use in a way that may be refused, and leaves it open then. The caller says when it has
   * {@link #ended}.
   */
  <T> T end(Supplier<T> way) {
    if (!ending.compareAndSet(false, true)) {
      throw mapping.closed();
    }
    try {
      T result = way.get();
      looked = true;
      return result;
    } catch (Throwable e) {
      ending.set(false);
      throw e;
    }
  }

  /** The use is over. */
  void ended() {
    check.ended(mapping.access());
  }
}
