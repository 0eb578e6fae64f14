package dev.dmabroker;

/**
 * A mapping that stands while it is not used, and that the broker may ask back. An application that
 * maps a buffer for each frame can keep a lease instead, and begin and end a use of it for each
 * frame: that takes no lock and makes no object. Made by {@link Mapping#lease}; {@link KeptMapping}
 * makes leases as they are needed.
 *
 * <p>Only a use keeps the memory where it is. A lease that is not used holds up no move, no
 * evacuation and no eviction, and makes the buffer look neither used nor idle. When the lease is in
 * the way of one of these, or the buffer ends, the broker asks it back: no use begins any more, and
 * the {@link RecallListener} is told. Uses that go on are waited for as mappings are, for as long
 * as the device declared to hold one ({@link Device#longestHold}). A lease that was asked back
 * stays so; map anew to get another.
 *
 * <p>The descriptor and the contents are for the time of a use. Any number of uses may go on at a
 * time, of any threads, and any thread may end one. A use that is never ended holds the memory like
 * a mapping that is never closed, and is not found as a leak. Thread-safe. Not for implementation
 * outside the broker.
 */
public interface Lease extends MappedMemory, AutoCloseable {

  /** {@return the name of the lease's holder, as errors and snapshots give it} */
  String holder();

  /**
   * Begins a use, unless the lease was asked back or closed. Never blocks.
   *
   * @return whether a use has begun, which {@link #endUse} has to end
   */
  boolean tryUse();

  /**
   * Ends a use. Blocks at most for the short time in which a move that waits for it is told. If it
   * throws an error of the JVM, the use goes on and can be ended again.
   *
   * @throws IllegalStateException if no use goes on
   */
  void endUse();

  /** {@return how many uses go on} */
  long uses();

  /** {@return whether a use goes on or can begin} */
  @Override
  boolean isOpen();

  /**
   * Gives the lease back: no use begins any more. Uses that go on keep the memory until they end.
   * Never blocks; a second call does nothing.
   */
  @Override
  void close();
}
