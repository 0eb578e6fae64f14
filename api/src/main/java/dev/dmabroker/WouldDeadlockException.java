package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A wait could only end after something that the waiting thread or chain itself holds is closed, be
 * it directly or by way of others that wait in turn. The thread that made a mapping, or joined the
 * future of one, is taken for the one that closes it.
 */
public final class WouldDeadlockException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final ImmutableList<String> ring;

  WouldDeadlockException(String message, List<String> ring) {
    super(message);
    this.ring = ImmutableList.copyOf(ring);
  }

  /** Who waits for whom, from the thread that was refused back to it; one entry if for itself. */
  public List<String> ring() {
    return ring;
  }
}
