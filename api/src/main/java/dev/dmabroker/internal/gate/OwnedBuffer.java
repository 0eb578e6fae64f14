package dev.dmabroker.internal.gate;

import dev.dmabroker.SharedBuffer;

/** A buffer of a trust group, as services for other processes know it. */
public interface OwnedBuffer extends SharedBuffer {

  /**
   * Has what the buffer holds be for this group always, also while no device of it is attached.
   * Otherwise that is so for the devices of the exporting device's group, or, without one, for
   * those that have no group.
   */
  void ownedBy(String trustGroup);
}
