package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** Heaps suit, but none of them gave memory. */
public final class AllocationException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final transient ImmutableList<Attempt> attempts;

  /** One heap's answer. Immutable. Not for implementation outside the broker. */
  public interface Attempt {

    /** The heap's name. */
    String heap();

    /** Why it gave nothing. */
    String reason();
  }

  AllocationException(String message, List<Attempt> attempts) {
    super(message);
    this.attempts = ImmutableList.copyOf(attempts);
  }

  /** Each heap's answer, in the order in which they were asked. */
  public List<Attempt> attempts() {
    return attempts;
  }
}
