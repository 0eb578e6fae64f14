package dev.dmabroker.event;

import dev.dmabroker.Holder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A move of a buffer to other memory, completed or rolled back. Immutable. Not for implementation
 * outside the broker.
 */
public interface BufferMove {

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the heap that the buffer lay in before} */
  String from();

  /** {@return the heap that the buffer was to lie in; empty if none was found} */
  Optional<String> to();

  /** {@return what made the buffer move} */
  Cause cause();

  /**
   * {@return the device that needs the move, with {@link Cause#TRUST} one of those that are
   * attached; with {@link Cause#ROOM}, the buffer that the room is for; with {@link
   * Cause#REBALANCE}, the heap that has more room afterwards}
   */
  String beneficiary();

  /** {@return the buffer's generation now} */
  long generation();

  /** {@return the number of this attempt, from 1} */
  int attempt();

  /** {@return how many attempts there may be before the move is given up} */
  int maxAttempts();

  /** {@return the size of the contents, in bytes} */
  long sizeBytes();

  /** {@return the bytes that were copied; 0 if the contents need not be kept} */
  long copiedBytes();

  /** {@return the bytes of the new memory; 0 if none was found} */
  long placedBytes();

  /**
   * {@return the time that it took to find and populate the new memory, during which the buffer was
   * in use}
   */
  Duration prepare();

  /**
   * {@return the time during which new maps waited: for the drain, for the copy and for the steps
   * between them}
   */
  Duration stall();

  /** {@return the part of the stall that was spent waiting for open mappings and for fences} */
  Duration drain();

  /**
   * {@return the longest time that the drain might have taken: the longest hold that the holders of
   * the mappings had declared; zero if nothing had to be waited for}
   */
  Duration deadline();

  /** {@return the part of the stall that was spent copying} */
  Duration copy();

  /** {@return how long the move rests until it is tried again; zero if it is not} */
  Duration backOff();

  /** {@return why the move was rolled back; empty if it was not} */
  Optional<String> failure();

  /**
   * {@return the mappings that were still open at the move's deadline; empty unless they are the
   * reason of its failure}
   */
  List<Holder> holders();

  /** What makes a buffer move: the latest request for the move before the attempt began. */
  enum Cause {
    /** A device attached that the place does not suit. */
    ATTACH,
    /** A device detached, so that a device that had been left out can be served. */
    DETACH,
    /** A map waits that could not be served where the buffer lies. */
    MAP,
    /** A pin waits for it. */
    PIN,
    /** A caller of {@link dev.dmabroker.SharedBuffer#prepare()} waits for it. */
    PREPARE,
    /**
     * The devices of a {@linkplain dev.dmabroker.DeviceSpec.Builder#group group} have left the
     * buffer, which may have kept a descriptor of its memory.
     */
    TRUST,
    /** Another buffer needs the room. */
    ROOM,
    /**
     * No device needs the move: the buffer lies better elsewhere, and a {@link
     * dev.dmabroker.spi.RebalancePolicy} chose it.
     */
    REBALANCE
  }
}
