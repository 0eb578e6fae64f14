package dev.dmabroker.internal;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.event.Move;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move a buffer: what it does without the buffer's lock, and the times it took. The
 * transitions are the buffer's; it hands the attempt from one stage to the next.
 */
final class Relocation {
  /** Devices may come and go while memory is found; not for ever. */
  private static final int MAX_RENEGOTIATIONS = 16;

  private final BufferLife buffer;
  private final Placement from;
  private final String cause;
  private final int attempt;

  /** The heap to leave, for the sake of others; -1 if the buffer itself has to move. */
  private final int vacated;

  private @Nullable Placement target;
  private @Nullable Future<?> deadline;
  private final long startNanos = System.nanoTime();
  private long stallNanos;
  private long drainedNanos;
  private long copyNanos;
  private long copiedBytes;

  private Relocation(BufferLife buffer, Placement from, String cause, int attempt, int vacated) {
    this.vacated = vacated;
    this.buffer = buffer;
    this.from = from;
    this.cause = cause;
    this.attempt = attempt;
  }

  /** To where every device reaches it. */
  static Relocation towards(BufferLife buffer, Placement from, String cause, int attempt) {
    return new Relocation(buffer, from, cause, attempt, /* vacated= */ -1);
  }

  /** Out of the heap where it lies, unless it is used. */
  static Relocation outOf(BufferLife buffer, Placement from, String cause) {
    return new Relocation(buffer, from, cause, /* attempt= */ 1, from.heapNumber());
  }

  /** Whether it makes room for others: then nobody waits for it, and it is not tried again. */
  boolean makesRoom() {
    return vacated >= 0;
  }

  /** How a drain began. */
  enum Drain {
    /** Nothing was mapped; copy now. */
    DONE,
    /** The last one out, or the deadline, goes on. */
    UNDER_WAY,
    /** A device has attached that the target does not suit; find another. */
    STALE,
    /** The move is no longer wanted. */
    CANCELLED
  }

  /** Finds and populates memory while the pipeline runs, then begins the stall. */
  void prepare() {
    try {
      for (int i = 0; i < MAX_RENEGOTIATIONS; i++) {
        Roster.Users sought = buffer.users(this);
        if (sought == null) {
          return;
        }
        Placement candidate =
            buffer.allocate(sought.devices(), Optional.of(from.heap().name()), vacated);
        mapAhead(candidate);
        switch (buffer.beginDrain(this, candidate, sought)) {
          case DONE -> {
            copy();
            return;
          }
          case UNDER_WAY -> {
            return;
          }
          case STALE -> candidate.release();
          case CANCELLED -> {
            candidate.release();
            return;
          }
        }
      }
      buffer.rollBack(this, "devices kept attaching while memory was sought", null);
    } catch (BrokerException e) {
      buffer.rollBack(this, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      buffer.rollBack(this, "preparing threw " + e, e);
    }
  }

  private void mapAhead(Placement candidate) {
    try {
      ContentsCopy.prepare(from, candidate);
    } catch (RuntimeException | Error e) {
      candidate.release();
      throw e;
    }
  }

  /** Copies while nothing is mapped, then lets the pipeline go on in the new place. */
  void copy() {
    try {
      if (buffer.publishIfDead(this)) {
        return;
      }
      if (!canCopyTo(target())) {
        buffer.rollBack(this, "it was written while memory in another format was sought", null);
        return;
      }
      long start = System.nanoTime();
      copiedBytes = ContentsCopy.copy(from, target());
      copyNanos = System.nanoTime() - start;
      buffer.publish(this);
    } catch (HeapException e) {
      buffer.rollBack(this, "copying failed: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      buffer.rollBack(this, "copying threw " + e, e);
    }
  }

  /** Contents are copied, not converted: and they may have come since the target was sought. */
  boolean canCopyTo(Placement candidate) {
    if (!from.isWritten() || from.layout().image().isEmpty()) {
      return true;
    }
    var image = from.layout().image().get();
    return candidate
        .layout()
        .image()
        .filter(it -> it.format() == image.format() && it.modifier() == image.modifier())
        .isPresent();
  }

  void startStall(Placement target) {
    this.target = target;
    stallNanos = System.nanoTime();
  }

  void endDrain() {
    drainedNanos = System.nanoTime();
    cancelDeadline();
  }

  void expect(Future<?> deadline) {
    this.deadline = deadline;
  }

  void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  Placement from() {
    return from;
  }

  Placement target() {
    if (target == null) {
      throw new IllegalStateException("no target yet");
    }
    return target;
  }

  /** Where to, if that is decided. */
  Optional<Placement> destination() {
    return Optional.ofNullable(target);
  }

  /** What those are told who need the move, or who ran into a timeout waiting for it. */
  MoveFailedException failure(
      String reason, List<Holder> holders, @Nullable Throwable why, int maxAttempts) {
    return new MoveFailedException(
        "cannot move "
            + buffer.name
            + " out of "
            + from.heap().name()
            + destination().map(place -> " to " + place.heap().name()).orElse("")
            + " for "
            + cause
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

  /** What happened, for listeners; called when the stall, if there was one, has just ended. */
  Move report(long generation, Optional<String> failure, List<Holder> holders) {
    long now = System.nanoTime();
    boolean stalled = target != null;
    long drainEnd = drainedNanos == 0 ? now : drainedNanos;
    return new Move(
        buffer.name,
        from.heap().name(),
        destination().map(place -> place.heap().name()),
        cause,
        generation,
        attempt,
        from.layout().sizeBytes(),
        copiedBytes,
        Duration.ofNanos((stalled ? stallNanos : now) - startNanos),
        Duration.ofNanos(stalled ? now - stallNanos : 0),
        Duration.ofNanos(stalled ? drainEnd - stallNanos : 0),
        Duration.ofNanos(copyNanos),
        failure,
        holders);
  }
}
