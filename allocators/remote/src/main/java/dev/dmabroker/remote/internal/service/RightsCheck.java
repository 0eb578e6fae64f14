package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Plan;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.Rights;
import dev.dmabroker.remote.internal.service.BufferRequests.HeldBuffer;
import dev.dmabroker.spec.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refuses a client's device at another client's buffer, if the client has not the right to it. */
final class RightsCheck {
  private final Session session;
  private final Broker broker;

  RightsCheck(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /**
   * Checks whether the client may decide where the buffer lies, and may do so now.
   *
   * @throws UnsupportedOperationException if it may not
   * @throws dev.dmabroker.BusyException if it has made buffers move too often
   */
  void requirePlacing(HeldBuffer held, String intent) {
    if (!mayPlace(held)) {
      throw new UnsupportedOperationException(
          "cannot "
              + intent
              + " "
              + session.names().apply(held.buffer().name())
              + ": it may not move for this client; ask the owner for a token that allows moves");
    }
    session.welcome().moves().require(intent + " " + session.names().apply(held.buffer().name()));
  }

  private boolean mayPlace(HeldBuffer held) {
    Rights rights = held.rights();
    return rights == null || (rights.mayMove() && session.has(ClientRight.MOVE));
  }

  /**
   * Checks whether the client may have this access to the contents.
   *
   * @throws UnsupportedOperationException if it may not
   */
  void requireAccess(HeldBuffer held, Access access, String intent) {
    Rights rights = held.rights();
    if (rights != null && !rights.access().permits(access)) {
      throw new UnsupportedOperationException(
          "cannot "
              + intent
              + ": the token of "
              + session.names().apply(held.buffer().name())
              + " allows "
              + rights.access()
              + "; ask the owner for one that allows "
              + access);
    }
  }

  /**
   * Checks whether the client may attach a device to a buffer, and may do so now.
   *
   * @throws UnsupportedOperationException if it may not
   * @param isThere whether the client has a device there already
   * @throws dev.dmabroker.BusyException if the buffer would move, now or when the client leaves it,
   *     and the client has made buffers move too often
   */
  void attach(HeldBuffer held, Device device, boolean isThere) {
    Rights rights = held.rights();
    if (rights != null) {
      attach(held, rights, device);
    }
    if (session.welcome().moves().isSpent()
        && ((rights != null && !isThere) || wouldMove(held, device))) {
      throw session
          .welcome()
          .moves()
          .refusal("attach " + device.name() + " to " + held.buffer().name());
    }
  }

  private void attach(HeldBuffer held, Rights rights, Device device) {
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
    if (!mayPlace(held) && wouldMove(held, device)) {
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
