package dev.dmabroker.remote;

/**
 * Is told which clients come and go. Threads of the service call it, one at a time, with one event
 * after the other, so it need not be thread-safe; what it throws is logged. Each method does
 * nothing unless it is overridden.
 */
public interface ServiceListener {

  /**
   * A client was taken.
   *
   * @param client its state
   */
  default void connected(ClientState client) {}

  /**
   * A process was refused.
   *
   * @param peer the process; its name is empty if it was refused before it said one
   * @param reason what it was told
   */
  default void refused(Peer peer, String reason) {}

  /**
   * A client has gone, and all that it had is closed.
   *
   * @param client its last state
   * @param reason why it has gone
   */
  default void left(ClientState client, String reason) {}
}
