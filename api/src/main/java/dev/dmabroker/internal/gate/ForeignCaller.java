package dev.dmabroker.internal.gate;

import java.util.List;

/**
 * A thread of another process that asks for a map and does nothing until it has the answer. It may
 * use leases meanwhile, which this JVM cannot see, as the process counts its uses by itself.
 *
 * @param caller stands for the thread: compared by identity, with a name as its text
 * @param uses the leases that the thread uses
 */
public record ForeignCaller(Object caller, List<BufferLease> uses) {

  /** The thread waits from now on, and ends none of its uses. */
  public void beginWait() {
    uses.forEach(lease -> lease.addWaiting(caller));
  }

  /** The thread waits no more. */
  public void endWait() {
    uses.forEach(lease -> lease.removeWaiting(caller));
  }
}
