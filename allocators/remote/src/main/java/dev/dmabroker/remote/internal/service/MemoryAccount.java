package dev.dmabroker.remote.internal.service;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.runtime.Exceptions;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The budget of one client: what it has exported is charged before it is made, until its memory is
 * given back, and memory that it was sent is charged for as long as it lives on by the client's
 * descriptors alone. Thread-safe.
 */
final class MemoryAccount {
  private final String client;
  private final long limitBytes;
  private final Runnable look;
  private final IdentityHashMap<Object, Long> charges = new IdentityHashMap<>();
  private final List<SharedBuffer> closing = new ArrayList<>();
  private final List<Remnant> remnants = new ArrayList<>();
  private long bytes;

  /** Memory that the broker has given back, and that lives on elsewhere. */
  private record Remnant(Witness witness, long sizeBytes) {}

  /**
   * Makes an account without charges.
   *
   * @param look looks what has gone since, of all clients, and calls {@link #sweep}
   */
  MemoryAccount(String client, long limitBytes, Runnable look) {
    this.look = look;
    this.client = client;
    this.limitBytes = limitBytes;
  }

  /**
   * Charges for what is about to be made.
   *
   * @param what names the attempt in an error
   * @throws dev.dmabroker.BudgetExceededException if the budget does not suffice
   */
  void charge(String what, long more) {
    if (tryCharge(more)) {
      return;
    }
    look.run();
    if (!tryCharge(more)) {
      throw Exceptions.budgetExceeded(what, "client " + client, limitBytes, bytes(), more);
    }
  }

  private synchronized boolean tryCharge(long more) {
    if (more > limitBytes - bytes) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** Gives a charge back, of what was not made. */
  synchronized void giveBack(long less) {
    bytes -= less;
  }

  /** Says what a charge was for. */
  synchronized void made(Object made, long itsBytes) {
    charges.put(made, itsBytes);
  }

  /**
   * Notes that the client has closed a buffer. It stays charged until a look has found that its
   * memory is given back, and what of it the client has kept. A buffer of others is not charged.
   */
  synchronized void closed(SharedBuffer buffer) {
    if (charges.containsKey(buffer)) {
      closing.add(buffer);
    }
  }

  /** Gives the charge for something back at once. */
  synchronized void ended(Object made) {
    Long itsBytes = charges.remove(made);
    bytes -= itsBytes == null ? 0 : itsBytes;
  }

  /** Charges for memory that the broker has given back, while other processes have it. */
  synchronized void linger(Witness witness, long sizeBytes) {
    remnants.add(new Remnant(witness, sizeBytes));
    bytes += sizeBytes;
  }

  /** Gives back what was charged for memory that has gone. What was kept has to be known before. */
  synchronized void sweep() {
    closing.removeIf(
        buffer -> {
          boolean gone = buffer.state() == SharedBuffer.State.RELEASED;
          if (gone) {
            ended(buffer);
          }
          return gone;
        });
    remnants.removeIf(
        each -> {
          boolean gone = !each.witness.isUsedElsewhere();
          if (gone) {
            bytes -= each.sizeBytes;
            each.witness.close();
          }
          return gone;
        });
  }

  /** Whether something is charged that may have gone by the next look. */
  synchronized boolean isWaiting() {
    return !closing.isEmpty() || !remnants.isEmpty();
  }

  synchronized void addWitnesses(Set<Integer> numbers) {
    remnants.forEach(each -> numbers.add(each.witness.number()));
  }

  /** The bytes that are charged. */
  synchronized long bytes() {
    return bytes;
  }

  /** The client is gone: nobody is charged any more. */
  synchronized void close() {
    remnants.forEach(each -> each.witness.close());
    remnants.clear();
  }
}
