package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** A buffer would have to move or to give its memory back, but is pinned. */
public final class PinnedException extends BrokerException {
  private static final long serialVersionUID = 1;

  /** The names of the devices that pinned the buffer. */
  private final ImmutableList<String> devices;

  PinnedException(String message, List<String> devices) {
    super(message);
    this.devices = ImmutableList.copyOf(devices);
  }

  /**
   * {@return the names of the devices that pinned the buffer; empty if it was adopted in memory
   * that stays}
   */
  public List<String> devices() {
    return devices;
  }

  /**
   * Whether devices have pinned the buffer, and may close their pins; false if the buffer lies in
   * memory that stays for good.
   */
  @Override
  public boolean isTransient() {
    return !devices.isEmpty();
  }
}
