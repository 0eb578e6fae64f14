package dev.dmabroker.internal.broker;

import dev.dmabroker.ClosedException;
import dev.dmabroker.FenceException;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Looks for heaps whenever something happens to their nodes. Nodes come in swarms, as udev makes a
 * node, then sets its group and its mode, so a look waits for a moment and stands for all that
 * happened until then. Looks that find nothing make the next wait longer, so that a storm of events
 * costs little. This class is thread-safe.
 */
final class HeapWatch {
  /** The time from an event to the look. */
  private static final long SETTLE_NANOS = 100_000_000L;

  /** How often the time between looks doubles at most, to 6.4 s. */
  private static final int MOST_DOUBLINGS = 6;

  private final Services services;
  private final Rescans rescans;

  /** Looks. Providers and probes may take their time there, and neither worker nor timer waits. */
  private final Lane lane = new Lane("heap-watch", /* room= */ 1);

  private boolean pending;
  private int fruitless;
  private long lastLookNanos;

  HeapWatch(Services services, Rescans rescans) {
    this.services = services;
    this.rescans = rescans;
    this.lastLookNanos = services.time().nanos();
  }

  /** Begins to watch. What keeps it from that is logged, and heaps are looked for on demand. */
  void begin(Set<Path> paths) {
    String trouble = trouble(paths);
    if (trouble != null) {
      EngineLog.LOG.log(
          Level.WARNING,
          "heaps that come or go are not noticed: "
              + trouble
              + "; call rescan() when one may have");
    }
  }

  /** Returns why the paths cannot be watched; null if they are watched. */
  private @Nullable String trouble(Set<Path> paths) {
    if (paths.isEmpty()) {
      return "no heap provider names paths to watch";
    }
    try {
      FencePoller poller = services.fences().poller();
      if (poller == null) {
        return "there is no poller to watch with; put dmabroker-allocators on the path, or call"
            + " fencePoller(...)";
      }
      Foreign.order(() -> poller.watchPaths(paths, this::stir));
      return null;
    } catch (HeapException | FenceException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Something happened to a node. This is called by the poller's thread. */
  private void stir() {
    long delay;
    synchronized (this) {
      if (pending) {
        return;
      }
      pending = true;
      long gap = SETTLE_NANOS << Math.min(fruitless, MOST_DOUBLINGS);
      delay = Math.max(SETTLE_NANOS, lastLookNanos + gap - services.time().nanos());
    }
    Future<?> unused =
        services
            .workers()
            .schedule(
                Duration.ofNanos(delay),
                () -> {
                  if (!lane.offer(this::look)) {
                    forget();
                  }
                });
  }

  /** No thread could be made. The next event has another try. */
  private synchronized void forget() {
    pending = false;
  }

  private void look() {
    synchronized (this) {
      pending = false; // What happens from now on may be missed by this look.
    }
    boolean changed = false;
    try {
      changed = !rescans.run().isEmpty();
    } catch (ClosedException e) {
      // There is nothing to look for any more.
    } finally {
      synchronized (this) {
        fruitless = changed ? 0 : fruitless + 1;
        lastLookNanos = services.time().nanos();
      }
    }
  }
}
