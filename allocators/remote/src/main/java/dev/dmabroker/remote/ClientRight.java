package dev.dmabroker.remote;

/** What a client may do beyond attaching its devices to buffers and streams that it was given. */
public enum ClientRight {
  /** Make buffers and streams, which its budget pays for. */
  EXPORT,
  /**
   * Cause buffers of other clients to move, by attaching a device that their place does not suit.
   */
  MOVE,
  /** Make tokens, by which other clients open its buffers and streams. */
  SHARE,
  /** Publish its streams under names. */
  PUBLISH,
  /** Open streams that others have published. */
  OPEN_PUBLISHED,
  /** See the devices, buffers, streams and events of all clients, not only its own. */
  WATCH_ALL
}
