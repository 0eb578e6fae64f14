package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Lease;
import dev.dmabroker.RecallListener;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import org.jspecify.annotations.Nullable;

/**
 * Keeps memory in its place for mappings, views and leases of this process: a word in which they
 * are counted, or one mapping that the service has granted by a message. A mapping is known by a
 * token, so that it ends once. Thread-safe.
 */
interface Hold {

  /** The memory that is kept. */
  Memories.Use memory();

  /** What it is for. */
  Access access();

  /** Whether that mapping has not ended. */
  boolean isIn(long token);

  /** Ends that mapping, unless it has ended before. */
  void end(long token);

  /**
   * Ends that mapping once the fence has signalled.
   *
   * @return false if it has ended before
   * @throws dev.dmabroker.FenceException if it is no fence; the mapping goes on then
   */
  boolean endAfter(long token, SyncFile fence);

  /** Makes a lease of that mapping, which ends; null if it has ended before. */
  @Nullable Lease lease(long token, String holder, RecallListener listener);

  /** Begins a use beside that mapping; false if the mapping has ended. */
  boolean addTo(long token);

  /** Ends a use that is no mapping. */
  void endUse();

  /** That thread, if one is known, has the mapping now that began last. */
  void note(@Nullable Thread thread);
}
