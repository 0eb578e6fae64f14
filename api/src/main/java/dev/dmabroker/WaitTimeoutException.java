package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wait did not end before its deadline: for a mapping, a pin or memory, for a free buffer of a
 * stream or for a frame. Nothing was taken. Try again, or see to it that the {@linkplain #holders
 * holders} let go.
 */
public final class WaitTimeoutException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** What the caller waited to do. */
  private final String waitedFor;

  /** How long the caller was ready to wait. */
  private final Duration timeout;

  /** The holders at the deadline. */
  private final ImmutableList<Holder> holders;

  WaitTimeoutException(
      String waitedFor,
      Duration timeout,
      String why,
      List<Holder> holders,
      @Nullable Throwable cause) {
    super("cannot " + waitedFor + " within " + timeout.toMillis() + " ms: " + why, cause);
    this.waitedFor = waitedFor;
    this.timeout = timeout;
    this.holders = ImmutableList.copyOf(holders);
  }

  /**
   * {@return what the caller waited to do, for a person to read: for example {@code take a frame of
   * video for display}}
   */
  public String waitedFor() {
    return waitedFor;
  }

  /** {@return how long the caller was ready to wait} */
  public Duration timeout() {
    return timeout;
  }

  /**
   * {@return the holders of the mappings that were open at the deadline; empty if there were none}
   */
  public List<Holder> holders() {
    return holders;
  }

  /** True: what is waited for may come. */
  @Override
  public boolean isTransient() {
    return true;
  }
}
