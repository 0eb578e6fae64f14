package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableMap;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Nearest;
import dev.dmabroker.internal.watch.StateRecords;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the budgets of devices and groups: what each may take of all heaps together. A buffer
 * reserves memory when it is exported, so that its memory can be had later, and reserves more when
 * it turns out to need more. This class is thread-safe.
 */
public final class Budgets {
  private final ImmutableMap<String, Account> accounts;

  /** The names of budgets that no device and no group had so far. */
  private final Set<String> unknown = new TreeSet<>();

  public Budgets(Map<String, Long> limits) {
    ImmutableMap.Builder<String, Account> named = ImmutableMap.builder();
    for (Map.Entry<String, Long> limit : limits.entrySet()) {
      named.put(limit.getKey(), new Account(limit.getKey(), limit.getValue()));
    }
    accounts = named.buildOrThrow();
    unknown.addAll(limits.keySet());
  }

  /** Notes that a device or a group has that name. */
  public synchronized void know(String name) {
    unknown.remove(name);
  }

  /**
   * Refuses to go on without a budget where one was probably meant: a name that pays has none, and
   * a budget has a name so near to it that it is probably mistyped, which no device and no group
   * has had.
   *
   * @throws IllegalArgumentException if that is so
   */
  private synchronized void checkKnown(String what, Collection<String> charged) {
    for (String name : charged) {
      if (!unknown.isEmpty() && !accounts.containsKey(name)) {
        Nearest.to(name, unknown)
            .ifPresent(
                mistyped -> {
                  throw new IllegalArgumentException(
                      "cannot "
                          + what
                          + ": there is a budget of "
                          + mistyped
                          + ", and no device or group of that name was registered, while "
                          + name
                          + " has none; did you mean "
                          + name
                          + "? Correct the name in BrokerBuilder.budget, or register "
                          + mistyped
                          + " first");
                });
      }
    }
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
   * Holds what a device or a group may take at most.
   *
   * @param budget the name of the device or group
   */
  public record Limit(String budget, long bytes) {
    @Override
    public String toString() {
      return budget + ", " + bytes + " bytes";
    }
  }

  /** Tells whether no device and no group has a budget. */
  public boolean areNone() {
    return accounts.isEmpty();
  }

  /** Returns the smallest of these budgets; empty if none of them exists. */
  public Optional<Limit> tightest(Collection<String> charged) {
    return charged.stream()
        .flatMap(name -> Optional.ofNullable(accounts.get(name)).stream())
        .min(Comparator.comparingLong(account -> account.limitBytes))
        .map(account -> new Limit(account.name, account.limitBytes));
  }

  /**
   * Reserves for a buffer that is exported.
   *
   * @param what names the attempt in an error's text
   * @param charged devices and groups that pay for the buffer; one without a budget is not limited
   * @throws BudgetExceededException if a budget does not suffice; nothing is reserved then
   * @throws IllegalArgumentException if a name that pays has no budget, and there is one of a name
   *     that is probably mistyped
   */
  public Reservation reserve(String what, Collection<String> charged, long bytes) {
    if (charged.isEmpty() || accounts.isEmpty()) {
      return none();
    }
    checkKnown(what, charged);
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
