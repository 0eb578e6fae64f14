package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A wait was refused because it could only end after the waiting thread or chain closes a mapping
 * or frame of its own, directly or by way of threads that wait in turn. The broker assumes that the
 * thread that made a mapping, or joined the future of one, is the thread that closes it.
 */
public final class WouldDeadlockException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The threads that wait for each other. */
  private final ImmutableList<String> ring;

  WouldDeadlockException(String message, List<String> ring) {
    super(message);
    this.ring = ImmutableList.copyOf(ring);
  }

  /**
   * {@return the threads that wait for each other, from the thread that was refused back to it; one
   * entry if the thread waits for itself}
   */
  public List<String> ring() {
    return ring;
  }

  /** False: the calling thread has to close its own mapping first. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
