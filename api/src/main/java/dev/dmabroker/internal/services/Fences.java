package dev.dmabroker.internal.services;

import dev.dmabroker.FenceException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The broker's way to wait for fences: one poller, looked for when the first fence comes. */
public final class Fences {
  private final Supplier<Optional<? extends FencePoller>> finder;

  /** Null if it was not looked for yet, or was and there is none. */
  private @Nullable FencePoller poller;

  private boolean lookedFor;
  private boolean closed;

  /**
   * Looks for a poller later, unless one is given.
   *
   * @param given the poller; null if it has to be found
   * @param finder looks for one
   */
  Fences(@Nullable FencePoller given, Supplier<Optional<? extends FencePoller>> finder) {
    this.poller = given;
    this.finder = finder;
    this.lookedFor = given != null;
  }

  /** The poller, or null if there is none. */
  public @Nullable FencePoller poller() {
    synchronized (this) {
      if (lookedFor) {
        return poller;
      }
    }
    FencePoller found = finder.get().orElse(null);
    FencePoller surplus = found;
    FencePoller settled;
    synchronized (this) {
      if (!lookedFor) {
        lookedFor = true;
        poller = found;
        surplus = closed ? found : null;
      }
      settled = poller;
    }
    if (surplus != null) { // Another thread has found one as well, or the broker is closed.
      surplus.close();
    }
    return settled;
  }

  /**
   * Has the end of a fence told, in the poller's thread, which must not be held up.
   *
   * @param intent what the caller wants to do then, for errors
   * @param whenSignalled gets the error that the fence signalled, if it did
   * @throws FenceException if the fence cannot be waited for
   */
  public void watch(SyncFile fence, String intent, Consumer<OptionalInt> whenSignalled) {
    FencePoller found = poller();
    if (found == null) {
      throw Exceptions.fence(
          "cannot "
              + intent
              + ": nothing here can wait for fences; put dmabroker-allocators on the path, or call"
              + " fencePoller(...)",
          null);
    }
    try {
      found.watch(fence, whenSignalled);
    } catch (HeapException | RuntimeException e) {
      throw Exceptions.fence("cannot " + intent + ": " + e.getMessage(), e);
    }
  }

  public BrokerSnapshot.FenceState snapshot() {
    FencePoller found;
    synchronized (this) {
      found = poller;
    }
    return found == null
        ? StateRecords.FenceState.NONE
        : new StateRecords.FenceState(found.pending(), found.trouble());
  }

  public void close() {
    FencePoller found;
    synchronized (this) {
      closed = true;
      found = poller;
    }
    if (found != null) {
      Guarded.run("closing the fence poller", found::close);
    }
  }
}
