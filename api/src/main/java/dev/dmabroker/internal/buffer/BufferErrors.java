package dev.dmabroker.internal.buffer;

import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The errors that say why a buffer cannot do now what an application asks, with the holders of its
 * mappings.
 *
 * @param buffer the buffer's name
 * @param state the buffer's state
 * @param holders the holders of mappings
 * @param seeking what the search for memory waits for; empty if no memory is sought
 * @param lastFailure why the last move failed; null if it did not fail
 */
record BufferErrors(
    String buffer,
    SharedBuffer.State state,
    List<Holder> holders,
    Optional<String> seeking,
    @Nullable MoveFailedException lastFailure) {

  WaitTimeoutException timedOut(String what, Duration timeout) {
    return Exceptions.waitTimeout(
        what,
        timeout,
        this + (lastFailure == null ? "" : "; the last move failed: " + lastFailure.getMessage()),
        holders,
        lastFailure);
  }

  WaitInterruptedException interrupted(String what, InterruptedException cause) {
    return Exceptions.waitInterrupted("interrupted while waiting to " + what + ": " + this, cause);
  }

  /**
   * A request would wait for its own mapper.
   *
   * @param mapper the mapper that waits, and would have to close its mapping
   */
  WouldDeadlockException selfWait(String what, String mapper) {
    return Exceptions.wouldDeadlock(
        "cannot "
            + what
            + ": it has to wait until mappings are closed, and "
            + mapper
            + " has one that is out: "
            + this
            + "; close that first, or, if another thread will, use mapAsync and stages of their"
            + " own",
        List.of(mapper + " waits to " + what + ", which needs its own mapping closed"));
  }

  @Override
  public String toString() {
    return "state="
        + state
        + ", outstanding="
        + Holder.describe(holders)
        + seeking.map(what -> "; " + what).orElse("");
  }
}
