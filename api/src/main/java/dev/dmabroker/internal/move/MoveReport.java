package dev.dmabroker.internal.move;

import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.EventRecords;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one move reports: events for listeners, and failures for applications that wait for it.
 *
 * @param buffer the buffer's name
 * @param from where the buffer lay
 * @param cause what made the buffer move
 * @param beneficiary the device that needs the move, the buffer that needs the room, or the heap
 *     that has more room afterwards
 * @param attempt the number of this attempt; 1 for the first
 * @param maxAttempts how many attempts there may be
 * @param times when the move did what
 */
record MoveReport(
    String buffer,
    Place from,
    BufferMove.Cause cause,
    String beneficiary,
    int attempt,
    int maxAttempts,
    MoveTimes times) {

  /** The failure of this move, in words that name the attempt and the holders in the way. */
  MoveFailedException failure(
      @Nullable Place target, String reason, List<Holder> holders, @Nullable Throwable why) {
    return Exceptions.moveFailed(
        "cannot move "
            + buffer
            + " out of "
            + from.heap().name()
            + (target == null ? "" : " to " + target.heap().name())
            + purpose()
            + beneficiary
            + ": "
            + reason
            + (holders.isEmpty() ? "" : ", outstanding=" + Holder.describe(holders))
            + " (attempt "
            + attempt
            + " of "
            + maxAttempts
            + "); it is where it was, with its contents",
        holders,
        why);
  }

  private String purpose() {
    return switch (cause) {
      case ROOM -> " to make room for ";
      case REBALANCE -> " to leave more room in ";
      case TRUST -> " as a group of devices that has left may have kept its memory, for ";
      default -> " for ";
    };
  }

  /** The event of this move. It is made when the stall, if there was one, has just ended. */
  BufferMove event(
      @Nullable Place target,
      long generation,
      Optional<String> failure,
      Duration backOff,
      List<Holder> holders) {
    long now = times.now();
    return new EventRecords.BufferMove(
        buffer,
        from.heap().name(),
        Optional.ofNullable(target).map(place -> place.heap().name()),
        cause,
        beneficiary,
        generation,
        attempt,
        maxAttempts,
        from.layout().sizeBytes(),
        times.copiedBytes(),
        target == null ? 0 : target.sizeBytes(),
        times.prepare(now),
        times.stall(now),
        times.drain(now),
        times.deadline(),
        times.copy(),
        backOff,
        failure,
        holders);
  }
}
