package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A move of a buffer failed and was rolled back; the buffer is in its old place with its contents.
 */
public final class MoveFailedException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The holders at the deadline. */
  private final ImmutableList<Holder> holders;

  MoveFailedException(String message, List<Holder> holders, @Nullable Throwable cause) {
    super(message, cause);
    this.holders = ImmutableList.copyOf(holders);
  }

  /**
   * {@return the holders of the mappings that were open at the deadline; empty if there were none}
   */
  public List<Holder> holders() {
    return holders;
  }

  /**
   * True: a new request begins a new move, with all its tries. It fails again while the holders
   * hold on, or while there is no memory.
   */
  @Override
  public boolean isTransient() {
    return true;
  }
}
