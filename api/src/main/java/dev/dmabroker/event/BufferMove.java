package dev.dmabroker.event;

import dev.dmabroker.Holder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A move of a buffer to other memory, done or rolled back. Not for implementation outside the
 * broker.
 */
public interface BufferMove {

  /** The buffer's name. */
  String buffer();

  /** The heap that the buffer lay in before. */
  String from();

  /** The heap that the buffer was to lie in; empty if none was found. */
  Optional<String> to();

  /** What made the buffer move. */
  Cause cause();

  /** The device that needs the move; with {@link Cause#ROOM}, the buffer that the room is for. */
  String beneficiary();

  /** The buffer's generation now. */
  long generation();

  /** The number of this attempt, from 1. */
  int attempt();

  /** How many attempts there may be before the move is given up. */
  int maxAttempts();

  /** The size of the contents, in bytes. */
  long sizeBytes();

  /** The bytes that were copied; 0 if the contents were dead. */
  long copiedBytes();

  /** The bytes of the new memory; 0 if none was found. */
  long placedBytes();

  /** The time spent to find and populate the new memory, while the pipeline ran. */
  Duration prepare();

  /** The time during which new maps waited: drain, copy and what lies between. */
  Duration stall();

  /** The part of the stall that was spent waiting for outstanding mappings and for fences. */
  Duration drain();

  /**
   * How long the drain might have taken: the longest hold that the holders of mappings had
   * declared; zero if nothing had to be waited for.
   */
  Duration deadline();

  /** The part of the stall that was spent copying. */
  Duration copy();

  /** How long the move rests until it is tried again; zero if it is not. */
  Duration backOff();

  /** Why the move was rolled back; empty if it was not. */
  Optional<String> failure();

  /**
   * The mappings that held the move up at its deadline; empty unless that was the reason of its
   * failure.
   */
  List<Holder> holders();

  /** What makes a buffer move: whatever asked for it last before the attempt began. */
  enum Cause {
    /** A device attached that the place does not suit. */
    ATTACH,
    /** A device went, so that one that had been left out can be served. */
    DETACH,
    /** A map waits that could not be served where the buffer lies. */
    MAP,
    /** A pin waits for it. */
    PIN,
    /** A caller of {@link dev.dmabroker.SharedBuffer#prepare()} waits for it. */
    PREPARE,
    /** Another buffer needs the room. */
    ROOM
  }
}
