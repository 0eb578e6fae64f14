package dev.dmabroker.internal.move;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.MemoryUse;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The wait of a move for the kernel's fences: no mapping writes any more, but devices may still be
 * at work, and the kernel knows of that work.
 */
final class FenceWait {
  private final Movable buffer;
  private final Place from;

  /** Whether a fence is waited for. The poller's thread may end the wait. */
  private volatile boolean pending;

  FenceWait(Movable buffer, Place from) {
    this.buffer = buffer;
    this.from = from;
  }

  /** Whether a fence is waited for now, so that an expired deadline can name it. */
  boolean isPending() {
    return pending;
  }

  /**
   * Runs the copy when no fence is pending any more. It does not run if the move ends before.
   *
   * @param limit gives the wait a deadline; runs under the lock
   * @param copy copies the contents; runs in this thread if there is nothing to wait for
   */
  void then(Consumer<AfterLock> limit, Runnable copy) throws HeapException {
    FencePoller poller = buffer.services().fences().poller();
    // Without a poller the copy itself waits for the fences, in the kernel.
    Optional<SyncFile> fence = poller == null ? Optional.empty() : pendingFence();
    if (poller == null || fence.isEmpty()) {
      copy.run();
    } else if (!begin(limit)) {
      discard(poller, fence.get());
    } else {
      await(poller, fence.get(), copy);
    }
  }

  /**
   * The fence that the memory still waits for, if there is one. The memory is kept in use while it
   * is asked, as meanwhile the buffer may end, or the move may be rolled back.
   */
  private Optional<SyncFile> pendingFence() throws HeapException {
    Optional<SyncFile> pending =
        MemoryUse.ask(
            buffer.lock(),
            after -> buffer.isUnderWay(State.DRAINING) ? List.of(from) : List.of(),
            buffer::advance,
            () -> from.memory().pendingFence(Access.READ));
    return pending == null ? Optional.empty() : pending;
  }

  private static void discard(FencePoller poller, SyncFile fence) {
    Guarded.run("discarding a fence", () -> poller.discard(fence));
  }

  /** Begins the wait under the lock. False if the move has ended meanwhile. */
  private boolean begin(Consumer<AfterLock> limit) {
    return buffer
        .lock()
        .locked(
            after -> {
              if (!buffer.isUnderWay(State.DRAINING)) {
                return false;
              }
              after.undo(() -> pending = false);
              pending = true;
              limit.accept(after);
              return true;
            });
  }

  private void await(FencePoller poller, SyncFile fence, Runnable copy) throws HeapException {
    try {
      // How the work behind the fence ended concerns its users: the contents move as they are.
      poller.watch(
          fence,
          errno -> {
            pending = false;
            buffer.services().workers().executeCopy(copy);
          });
    } catch (Throwable e) {
      discard(poller, fence);
      throw e;
    }
  }
}
