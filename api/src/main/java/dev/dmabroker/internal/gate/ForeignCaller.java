package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.runtime.ProxyThread;
import java.util.List;

/**
 * A thread of another process that asks for something and does nothing until it has the answer. It
 * may use leases meanwhile, which this JVM cannot see, as the process counts its uses by itself.
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

  /**
   * Makes a call that may block, in the calling thread and in this one's name.
   *
   * @throws IllegalStateException if the calling thread is no {@link ProxyThread}
   */
  public void block(Runnable call) {
    beginWait();
    try {
      ProxyThread.askFor(caller, call);
    } finally {
      endWait();
    }
  }
}
