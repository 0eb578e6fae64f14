package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A buffer would have to move or to give its memory back, but is pinned. */
public final class PinnedException extends BrokerException {
  private static final long serialVersionUID = 1;

  private final ImmutableList<String> devices;

  PinnedException(String message, List<String> devices) {
    super(message);
    this.devices = ImmutableList.copyOf(devices);
  }

  /**
   * The names of the devices that pinned the buffer; empty if it was adopted in memory that stays.
   */
  public List<String> devices() {
    return devices;
  }
}
