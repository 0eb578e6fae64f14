package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A buffer that several clients may have: the one that exported it, and those that opened it. It
 * lives until the last of them has closed it. Thread-safe.
 */
final class Shared {
  private final SharedBuffer buffer;

  // Guarded by this object.
  private final List<Device> attached = new ArrayList<>();
  private int holders = 1;

  /** A buffer that one client has. */
  Shared(SharedBuffer buffer) {
    this.buffer = buffer;
  }

  SharedBuffer buffer() {
    return buffer;
  }

  /** One client more has it; false if the last one has closed it. */
  synchronized boolean join() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  /** One client less has it. */
  void leave() {
    synchronized (this) {
      holders--;
      if (holders > 0) {
        return;
      }
    }
    buffer.close();
  }

  synchronized void attached(Device device) {
    attached.add(device);
  }

  synchronized void detached(Device device) {
    attached.remove(device);
  }

  /** The devices that are attached, of all clients. */
  synchronized List<Device> attached() {
    return List.copyOf(attached);
  }
}
