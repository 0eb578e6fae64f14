package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A buffer that several clients may have: the one that exported it, and those that opened it. It
 * lives until the last of them has closed it. The application that serves counts as one that never
 * does, and closes its own buffer itself. Thread-safe.
 */
final class Shared {
  private final SharedBuffer buffer;

  // Guarded by this object.
  private final List<Device> attached = new ArrayList<>();
  private int holders = 1;

  /** A buffer that one client, or the application, has. */
  Shared(SharedBuffer buffer) {
    this.buffer = buffer;
  }

  SharedBuffer buffer() {
    return buffer;
  }

  /** One client more has it; false if the last one, or the application it is of, has closed it. */
  synchronized boolean join() {
    if (holders == 0 || buffer.state() == SharedBuffer.State.RELEASED) {
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
