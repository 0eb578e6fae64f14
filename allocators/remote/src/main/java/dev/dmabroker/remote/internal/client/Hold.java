package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.spec.SyncFile;

/**
 * Keeps the memory of mappings in its place, for one or several of them: the service knows that the
 * memory is in use until the last one has ended. Thread-safe.
 */
interface Hold {

  /** What is held. */
  Memories.Use memory();

  /** Holds for one more, beside one that goes on. */
  void add();

  /** One has ended. */
  void end();

  /**
   * One has ended once the fence has signalled.
   *
   * @throws dev.dmabroker.FenceException if it is none; that one has not ended then
   */
  void endAfter(SyncFile fence);

  /** Makes a lease of one. */
  Lease lease(RemoteMapping mapping, String holder, RecallListener listener);
}
