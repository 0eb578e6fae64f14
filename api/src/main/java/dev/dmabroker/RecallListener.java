package dev.dmabroker;

import dev.dmabroker.event.LeaseRecalled;

/**
 * The holder of a {@link Lease}, as far as it wants to know that the lease is asked back. The
 * broker has seen to it that no use begins any more, and waits for no answer: what is left to do is
 * to drop what was cached for the lease, and to end uses that go on.
 *
 * <p>The broker calls it without a lock, on the daemon thread that calls the listeners at the
 * device's attachments and does nothing else. So the call may take its time, and may call the
 * broker. What it throws is logged. If 1,024 calls wait already because one does not return, it is
 * not called; {@link Lease#tryUse} says the same. The leases of one device call it on one thread; a
 * listener that leases of several devices share has to be thread-safe.
 */
@FunctionalInterface
public interface RecallListener {

  /**
   * The lease was asked back; called once at most.
   *
   * @param recall what it was asked back for
   */
  void recalled(LeaseRecalled recall);
}
