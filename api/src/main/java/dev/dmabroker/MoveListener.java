package dev.dmabroker;

/**
 * A listener to the moves of one buffer, which an application gives to {@link Attachment#onMove}.
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
