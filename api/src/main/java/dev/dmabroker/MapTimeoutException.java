package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A wait for a buffer or a frame did not end before its deadline. */
public final class MapTimeoutException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final transient ImmutableList<Holder> holders;

  MapTimeoutException(String message, List<Holder> holders, @Nullable Throwable cause) {
    super(message, cause);
    this.holders = ImmutableList.copyOf(holders);
  }

  /** The holders of the mappings that were open at the deadline; empty if there were none. */
  public List<Holder> holders() {
    return holders;
  }
}
