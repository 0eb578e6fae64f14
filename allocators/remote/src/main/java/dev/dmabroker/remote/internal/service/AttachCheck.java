package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Plan;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.internal.service.BufferRequests.HeldBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refuses a client's device at another client's buffer, if the client has not the right to it. */
final class AttachCheck {
  private final Session session;
  private final Broker broker;

  AttachCheck(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /**
   * Checks what the client may do with a buffer that it has opened.
   *
   * @throws UnsupportedOperationException if it may not attach the device
   */
  void check(HeldBuffer held, Device device) {
    Rights rights = held.rights();
    if (rights == null) {
      return;
    }
    String buffer = session.names().apply(held.buffer().name());
    if (!rights.access().permits(device.access())) {
      throw new UnsupportedOperationException(
          "the token of "
              + buffer
              + " allows "
              + rights.access()
              + ", and "
              + session.names().apply(device.name())
              + " declares "
              + device.access()
              + "; declare less (DeviceSpec.Builder.access), or ask the owner for a token that"
              + " allows more");
    }
    if (!(rights.mayMove() && session.has(ClientRight.MOVE)) && wouldMove(held, device)) {
      throw new UnsupportedOperationException(
          buffer
              + " may not move for this client, and lies where "
              + session.names().apply(device.name())
              + " does not reach it; ask the owner for a token that allows moves");
    }
  }

  /** Whether the buffer lies where the devices do not all reach it. What has no memory stays. */
  private boolean wouldMove(HeldBuffer held, Device device) {
    Optional<String> heap = held.buffer().heapName();
    if (heap.isEmpty()) {
      return false;
    }
    List<Device> all = new ArrayList<>(held.shared().attached());
    all.add(device);
    return broker.plan(held.buffer().spec(), all).placements().stream()
        .map(Plan.Candidate::heap)
        .noneMatch(heap.get()::equals);
  }
}
