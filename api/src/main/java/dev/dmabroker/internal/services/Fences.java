package dev.dmabroker.internal.services;

import dev.dmabroker.FenceException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the fences of one broker. There is one poller, which is looked for when the first fence
 * comes.
 */
public final class Fences {
  private final Supplier<Optional<? extends FencePoller>> finder;

  /** The poller; null if it was not looked for yet, or was looked for and not found. */
  private @Nullable FencePoller poller;

  private boolean lookedFor;
  private boolean closed;

  /**
   * Looks for a poller later, unless one is given.
   *
   * @param given the poller; null if it has to be found
   * @param finder looks for a poller
   */
  Fences(@Nullable FencePoller given, Supplier<Optional<? extends FencePoller>> finder) {
    this.poller = given;
    this.finder = finder;
    this.lookedFor = given != null;
  }

  /**
   * Returns the poller, or null if there is none. The search runs outside the lock, as it is
   * foreign code; the first thread that has searched settles which poller is used.
   *
   * @throws FenceException if the search throws; the next call searches anew
   */
  public @Nullable FencePoller poller() {
    synchronized (this) {
      if (lookedFor) {
        return poller;
      }
    }
    FencePoller found = find();
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
    if (surplus != null) { // Another thread has found a poller as well, or the broker is closed.
      Guarded.run("closing a surplus fence poller", surplus::close);
    }
    return settled;
  }

  private @Nullable FencePoller find() {
    try {
      return Foreign.ask(finder::get).orElse(null);
    } catch (HeapException e) {
      throw Exceptions.fence("cannot wait for fences: to look for a poller " + e.getMessage(), e);
    }
  }

  /**
   * Tells when a fence has ended. That happens in the poller's thread, which must not be held up.
   *
   * @param intent what the caller wants to do then, for errors
   * @param whenSignalled gets the error that the fence signalled, if it signalled one
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
      Foreign.order(() -> found.watch(fence, whenSignalled));
    } catch (HeapException e) {
      throw Exceptions.fence("cannot " + intent + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns when a fence signalled, as the broker's time counts on the machine; empty if it has not
   * signalled, or if that is not known. The descriptor stays the caller's.
   *
   * @throws FenceException if the search for a poller throws
   */
  public OptionalLong signalled(SyncFile fence) {
    FencePoller found = poller();
    if (found == null) {
      return OptionalLong.empty();
    }
    try {
      return Foreign.ask(() -> found.signalledNanos(fence));
    } catch (HeapException e) {
      return OptionalLong.empty(); // To watch it will say why.
    }
  }

  public BrokerSnapshot.FenceState snapshot() {
    FencePoller found;
    synchronized (this) {
      found = poller;
    }
    if (found == null) {
      return StateRecords.FenceState.NONE;
    }
    try {
      return new StateRecords.FenceState(Foreign.ask(found::pending), Foreign.ask(found::trouble));
    } catch (HeapException e) {
      return new StateRecords.FenceState(
          0, Optional.of("the poller, when asked how it is, " + e.getMessage()));
    }
  }

  /** Closes the poller. A poller that is found later is closed at once. */
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
