package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mappings were still open at the deadline when a broker was closed or a stream was stopped, or a
 * heap had not yet taken back memory that a closing broker gave back.
 */
public final class OutstandingMappingsException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The holders at the deadline. */
  private final ImmutableList<Holder> holders;

  OutstandingMappingsException(String message, List<Holder> holders, @Nullable Throwable cause) {
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
   * False: the broker is closed or the stream is stopped nevertheless. Close the mappings that the
   * holders have.
   */
  @Override
  public boolean isTransient() {
    return false;
  }
}
