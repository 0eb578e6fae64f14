package dev.dmabroker.internal;

import dev.dmabroker.FenceException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The broker's way to wait for fences: one poller, looked for when the first fence comes. */
final class Fences {
  private final Supplier<Optional<? extends FencePoller>> finder;
  private final Listeners listeners;
  private final Executor workers;

  /** Null if it was not looked for yet, or was and there is none. */
  private @Nullable FencePoller poller;

  private boolean lookedFor;
  private boolean closed;

  /**
   * Of a broker.
   *
   * @param given the poller; null if it has to be found
   * @param finder looks for one
   * @param workers tell listeners, for the poller's thread must not be held up
   */
  Fences(
      @Nullable FencePoller given,
      Supplier<Optional<? extends FencePoller>> finder,
      Listeners listeners,
      Executor workers) {
    this.poller = given;
    this.finder = finder;
    this.lookedFor = given != null;
    this.listeners = listeners;
    this.workers = workers;
  }

  /** The poller, or null if there is none. */
  @Nullable FencePoller poller() {
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
   * Ends a mapping when the fence has signalled.
   *
   * @throws FenceException if that cannot be waited for
   */
  void watch(SyncFile fence, BufferMapping mapping, Consumer<OptionalInt> end) {
    watch(
        fence,
        "end " + mapping + " after its fence",
        errno -> {
          end.accept(errno);
          errno.ifPresent(
              why -> {
                var event =
                    new EventRecords.FenceFailure(
                        mapping.attachment().buffer().name(),
                        mapping.attachment().device().name(),
                        mapping.access(),
                        why);
                workers.execute(() -> listeners.tell(listener -> listener.fenceFailed(event)));
              });
        });
  }

  private void watch(SyncFile fence, String intent, Consumer<OptionalInt> whenSignalled) {
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

  BrokerSnapshot.FenceState snapshot() {
    FencePoller found;
    synchronized (this) {
      found = poller;
    }
    return found == null
        ? StateRecords.FenceState.NONE
        : new StateRecords.FenceState(found.pending(), found.trouble());
  }

  void close() {
    FencePoller found;
    synchronized (this) {
      closed = true;
      found = poller;
    }
    if (found != null) {
      Listeners.guarded("closing the fence poller", found::close);
    }
  }
}
