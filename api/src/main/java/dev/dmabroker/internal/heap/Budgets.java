package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableMap;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.watch.StateRecords;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Keeps the budgets of devices and groups: what each may take of all heaps together. A buffer
 * reserves memory when it is exported, so that its memory can be had later, and reserves more when
 * it turns out to need more. This class is thread-safe.
 */
public final class Budgets {
  private final ImmutableMap<String, Account> accounts;

  public Budgets(Map<String, Long> limits) {
    ImmutableMap.Builder<String, Account> named = ImmutableMap.builder();
    limits.forEach((name, limit) -> named.put(name, new Account(name, limit)));
    accounts = named.buildOrThrow();
  }

  /** Holds the budget of one device or group. It is guarded by the lock of the budgets. */
  private static final class Account {
    private final String name;
    private final long limitBytes;
    private long reservedBytes;

    Account(String name, long limitBytes) {
      this.name = name;
      this.limitBytes = limitBytes;
    }
  }

  /**
   * Reserves for a buffer that is exported.
   *
   * @param what names the attempt in an error's text
   * @param charged devices and groups that pay for the buffer; one without a budget is not limited
   * @throws BudgetExceededException if a budget does not suffice; nothing is reserved then
   */
  public Reservation reserve(String what, Collection<String> charged, long bytes) {
    if (charged.isEmpty() || accounts.isEmpty()) {
      return none();
    }
    Reservation reservation =
        new Reservation(
            charged.stream()
                .distinct()
                .map(accounts::get)
                .filter(account -> account != null)
                .toList());
    reservation.reach(what, bytes);
    reservation.leastBytes = bytes;
    return reservation;
  }

  /** Makes a reservation for a buffer that no device or group pays for. */
  public Reservation none() {
    return new Reservation(List.of());
  }

  public synchronized List<BrokerSnapshot.BudgetState> snapshot() {
    return accounts.values().stream()
        .<BrokerSnapshot.BudgetState>map(
            account ->
                new StateRecords.BudgetState(
                    account.name, account.limitBytes, account.reservedBytes))
        .toList();
  }

  /** Holds what one buffer has reserved. */
  public final class Reservation {
    private final List<Account> charged;
    private long bytes;
    private long leastBytes;
    private boolean ended;

    private Reservation(List<Account> charged) {
      this.charged = charged;
    }

    /**
     * Reserves {@code wanted} bytes in all, if that is more than before. All budgets are checked
     * before any is charged.
     *
     * @return what was reserved before
     * @throws BudgetExceededException if a budget does not suffice; nothing has changed then
     */
    public long reach(String what, long wanted) {
      synchronized (Budgets.this) {
        long more = wanted - bytes;
        if (more <= 0 || ended) {
          return bytes;
        }
        for (Account account : charged) {
          if (more > account.limitBytes - account.reservedBytes) {
            throw Exceptions.budgetExceeded(
                what, account.name, account.limitBytes, account.reservedBytes, more);
          }
        }
        charged.forEach(account -> account.reservedBytes += more);
        long before = bytes;
        bytes = wanted;
        return before;
      }
    }

    /**
     * Keeps {@code wanted} bytes, but no less than was reserved at first, and gives back the rest.
     */
    public void backTo(long wanted) {
      synchronized (Budgets.this) {
        long kept = Math.max(wanted, leastBytes);
        if (!ended && kept < bytes) {
          long less = bytes - kept;
          charged.forEach(account -> account.reservedBytes -= less);
          bytes = kept;
        }
      }
    }

    /** Gives everything back; a second call does nothing. */
    public void end() {
      synchronized (Budgets.this) {
        if (!ended) {
          ended = true;
          charged.forEach(account -> account.reservedBytes -= bytes);
        }
      }
    }
  }
}
