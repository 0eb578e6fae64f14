package dev.dmabroker;

/** A wait could only end after the waiting thread's own mapping is closed. */
public final class WouldDeadlockException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** With what, which, why, and what would help. */
  public WouldDeadlockException(String message) {
    super(message);
  }
}
