package dev.dmabroker;

/**
 * A listener to the moves of one buffer, which an application gives to {@link Attachment#onMove}. A
 * listener at one attachment is called by one thread at a time; a listener that is given to several
 * attachments has to be thread-safe.
 */
@FunctionalInterface
public interface MoveListener {

  /**
   * The buffer has moved. What the device's driver cached for an older generation is stale now.
   *
   * @param generation the number of the buffer's new place; see {@link Mapping#generation}
   */
  void moved(long generation);
}
