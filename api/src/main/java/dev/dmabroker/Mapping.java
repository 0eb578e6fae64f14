package dev.dmabroker;

import dev.dmabroker.spec.SyncFile;

/**
 * One device's right to use a buffer for a limited time, and the memory that the buffer lies in
 * meanwhile. While the mapping is open, the memory stays where it is. A CPU view of it keeps the
 * memory there as well, also after the mapping is closed. Any thread may close a mapping. Not for
 * implementation outside the broker.
 */
public interface Mapping extends MappedMemory, AutoCloseable {

  /**
   * Ends the device's right once the fence signals. Use it for a device that still works on the
   * memory when the call is made. From now on this mapping counts as closed for the application,
   * which must not use its descriptor any more. The memory stays in place until the fence has
   * signalled; a move that the mapping holds up waits for it no longer than for any other mapping.
   * A fence that never signals keeps the memory. A fence that signals an error ends the mapping
   * too, and listeners are told. Does not block.
   *
   * @param fence its descriptor passes to the broker, which closes it
   * @throws FenceException if the descriptor is not one of a sync file, or if no fence poller can
   *     wait for it; the mapping stays open then, and the descriptor stays the caller's
   * @throws ClosedException if this mapping is closed; the descriptor stays the caller's
   */
  void closeAfter(SyncFile fence);

  /**
   * Makes the mapping a lease: a mapping that may stand while it is not used, because the broker
   * can ask it back. This mapping counts as closed from now on. The lease begins with one use,
   * which was this mapping and which {@link Lease#endUse} has to end. If the buffer is moving, or
   * has moved, further uses may be refused from the first. Does not block.
   *
   * @param holder names the holder of the lease in errors and snapshots
   * @param listener is told when the lease is asked back
   * @return the lease, in use
   * @throws ClosedException if this mapping is closed
   */
  Lease lease(String holder, RecallListener listener);

  /**
   * Ends the device's right to use the buffer. Blocks at most for the short time in which the right
   * is handed over; a second call does nothing.
   */
  @Override
  void close();
}
