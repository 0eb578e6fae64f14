package dev.dmabroker.internal.gate;

import dev.dmabroker.event.LeaseRecalled.Cause;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.Optional;

/**
 * Why a change asks leases back, and what that entails.
 *
 * @param cause what the leases are in the way of
 * @param beneficiary the device, buffer or heap that this is for; empty if there is none
 * @param after tells the holders and listeners
 */
public record Recall(Cause cause, Optional<String> beneficiary, AfterLock after) {

  /** The buffer moves for a device. */
  public static Recall forMove(String beneficiary, AfterLock after) {
    return new Recall(Cause.MOVE, Optional.of(beneficiary), after);
  }

  /** The buffer leaves a heap where it suits. */
  public static Recall forDeparture(Departure departure, AfterLock after) {
    Cause cause = departure.isForRoom() ? Cause.EVICTION : Cause.REBALANCE;
    return new Recall(cause, Optional.of(departure.beneficiary()), after);
  }

  /** The memory is given back. */
  public static Recall forEvacuation(AfterLock after) {
    return new Recall(Cause.EVACUATION, Optional.empty(), after);
  }

  /** What the leases are of is closed. */
  public static Recall forClose(AfterLock after) {
    return new Recall(Cause.CLOSE, Optional.empty(), after);
  }
}
