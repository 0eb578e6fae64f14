package dev.dmabroker.event;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Holder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A move, done or rolled back.
 *
 * @param buffer the buffer's name
 * @param from the heap before
 * @param to the heap after; empty if none was found
 * @param cause what made it move
 * @param beneficiary the device that needs the move; with {@link Cause#ROOM}, the buffer that the
 *     room is for
 * @param generation the buffer's generation now
 * @param attempt 1 for the first try
 * @param maxAttempts how many there may be before it is given up
 * @param sizeBytes size of the contents
 * @param copiedBytes bytes copied; 0 if the contents were dead
 * @param placedBytes bytes of the new memory; 0 if none was found
 * @param prepare time spent to find and populate the new memory, while the pipeline ran
 * @param stall time during which new maps waited: drain, copy and what lies between
 * @param drain part of the stall: waiting for outstanding mappings and for fences
 * @param deadline how long that might have taken: the longest hold that those who held mappings had
 *     declared; zero if nothing had to be waited for
 * @param copy part of the stall: copying
 * @param backOff how long it rests until it is tried again; zero if it is not
 * @param failure why it was rolled back; empty if it was not
 * @param holders who held it up at the deadline; empty unless that was the reason
 */
public record BufferMove(
    String buffer,
    String from,
    Optional<String> to,
    Cause cause,
    String beneficiary,
    long generation,
    int attempt,
    int maxAttempts,
    long sizeBytes,
    long copiedBytes,
    long placedBytes,
    Duration prepare,
    Duration stall,
    Duration drain,
    Duration deadline,
    Duration copy,
    Duration backOff,
    Optional<String> failure,
    List<Holder> holders) {
  /** Copies the list. */
  public BufferMove {
    holders = ImmutableList.copyOf(holders);
  }

  /** What makes a buffer move: whatever asked for it last before the attempt began. */
  public enum Cause {
    /** A device attached that the place does not suit. */
    ATTACH,
    /** A device went, so that one that had been left out can be served. */
    DETACH,
    /** A map waits that could not be served where the buffer lies. */
    MAP,
    /** A pin waits for it. */
    PIN,
    /** Who prepares the buffer waits for it. */
    PREPARE,
    /** Another buffer needs the room. */
    ROOM
  }
}
