package dev.dmabroker.remote.internal.service;

/** A call of the broker that may block, in the thread that makes it, and that can be ended. */
final class BlockingCall {
  private final Thread thread = Thread.currentThread();
  private boolean over;

  /** Interrupts the call, unless it is over. */
  synchronized void end() {
    if (!over) {
      thread.interrupt();
    }
  }

  /** The call is over: its interrupt is no other's. */
  synchronized void over() {
    over = true;
    boolean unused = Thread.interrupted();
  }
}
