package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The heaps that suit a buffer gave no memory for it. The exception has the answer of each heap.
 */
public final class AllocationException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The answers of the heaps. */
  private final ImmutableList<Attempt> attempts;

  /** The answer of one heap. Immutable. Not for implementation outside the broker. */
  public interface Attempt {

    /** {@return the heap's name} */
    String heap();

    /** {@return the heap's reason for giving nothing, for a person to read} */
    String reason();
  }

  AllocationException(String message, List<Attempt> attempts) {
    super(message);
    this.attempts = ImmutableList.copyOf(attempts);
  }

  /** {@return the answers of the heaps, in the order in which the broker asked the heaps} */
  public List<Attempt> attempts() {
    return attempts;
  }

  /** True: memory may come free, in a heap that was full or that failed once. */
  @Override
  public boolean isTransient() {
    return true;
  }
}
