package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A broker was closed, or a stream stopped, while mappings were out, and its deadline passed. */
public final class OutstandingMappingsException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final transient ImmutableList<Holder> holders;

  OutstandingMappingsException(String message, List<Holder> holders, @Nullable Throwable cause) {
    super(message, cause);
    this.holders = ImmutableList.copyOf(holders);
  }

  /** Who held mappings at the deadline; empty if nobody did. */
  public List<Holder> holders() {
    return holders;
  }
}
