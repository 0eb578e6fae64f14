package dev.dmabroker.internal.runtime;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Conflict;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.FenceException;
import dev.dmabroker.Holder;
import dev.dmabroker.LeftOutException;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.PinnedException;
import dev.dmabroker.Plan;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exceptions of {@code dev.dmabroker}. Their constructors are not public, so that
 * applications do not depend on what an exception is made of. Only the package of the exceptions
 * can call them: that package has a {@link Maker}, and hands it over when the class of all these
 * exceptions is initialized.
 */
public final class Exceptions {
  private static volatile @Nullable Maker maker;

  private Exceptions() {}

  /**
   * Calls the constructors, on behalf of the methods of {@link Exceptions} that have equal names.
   */
  public interface Maker {
    AllocationException allocation(String message, List<AllocationException.Attempt> attempts);

    BudgetExceededException budgetExceeded(
        String what, String budget, long limitBytes, long reservedBytes, long askedBytes);

    BusyException busy(String message);

    ClosedException closed(String message);

    CpuAccessException cpuAccess(String message);

    CpuAccessException cpuAccess(String message, @Nullable Throwable cause);

    DescriptorException descriptor(String message);

    DescriptorException descriptor(String message, @Nullable Throwable cause);

    DuplicateMemoryException duplicateMemory(String message, String buffer);

    DuplicateNameException duplicateName(String message);

    FenceException fence(String message, @Nullable Throwable cause);

    LeftOutException leftOut(String message);

    WaitTimeoutException waitTimeout(
        String waitedFor,
        Duration timeout,
        String why,
        List<Holder> holders,
        @Nullable Throwable cause);

    MoveFailedException moveFailed(String message, List<Holder> holders, @Nullable Throwable cause);

    OutstandingMappingsException outstandingMappings(
        String message, List<Holder> holders, @Nullable Throwable cause);

    PinnedException pinned(String message, List<String> devices);

    SearchLimitException searchLimit(String message);

    StreamStoppedException streamStopped(String message);

    UndeclaredAccessException undeclaredAccess(String message);

    UnsatisfiableException unsatisfiable(String message, Plan plan, Conflict conflict);

    WaitInterruptedException waitInterrupted(String message);

    WaitInterruptedException waitInterrupted(String message, @Nullable Throwable cause);

    WouldDeadlockException wouldDeadlock(String message, List<String> ring);
  }

  /** Takes the maker over. The package of the exceptions calls this once. */
  public static void use(Maker theirs) {
    maker = theirs;
  }

  /**
   * Gets ready before there is anything to throw. The classes of exceptions are initialized now, as
   * a class whose initialization finds no stack or memory is lost for good.
   */
  public static void prepare() {
    Maker unused = maker();
  }

  /**
   * Returns the maker. Before the first exception it initializes the class that hands the maker
   * over.
   */
  private static Maker maker() {
    if (maker == null) {
      try {
        MethodHandles.lookup().ensureInitialized(BrokerException.class);
      } catch (IllegalAccessException e) {
        throw new AssertionError("a public class is not accessible", e);
      }
    }
    return Objects.requireNonNull(maker, "the exceptions' package hands its maker over");
  }

  public static AllocationException allocation(
      String message, List<AllocationException.Attempt> attempts) {
    return maker().allocation(message, attempts);
  }

  public static BudgetExceededException budgetExceeded(
      String what, String budget, long limitBytes, long reservedBytes, long askedBytes) {
    return maker().budgetExceeded(what, budget, limitBytes, reservedBytes, askedBytes);
  }

  public static BusyException busy(String message) {
    return maker().busy(message);
  }

  public static ClosedException closed(String message) {
    return maker().closed(message);
  }

  public static CpuAccessException cpuAccess(String message) {
    return maker().cpuAccess(message);
  }

  public static CpuAccessException cpuAccess(String message, @Nullable Throwable cause) {
    return maker().cpuAccess(message, cause);
  }

  public static DescriptorException descriptor(String message) {
    return maker().descriptor(message);
  }

  public static DescriptorException descriptor(String message, @Nullable Throwable cause) {
    return maker().descriptor(message, cause);
  }

  public static DuplicateMemoryException duplicateMemory(String message, String buffer) {
    return maker().duplicateMemory(message, buffer);
  }

  public static DuplicateNameException duplicateName(String message) {
    return maker().duplicateName(message);
  }

  public static FenceException fence(String message, @Nullable Throwable cause) {
    return maker().fence(message, cause);
  }

  public static LeftOutException leftOut(String message) {
    return maker().leftOut(message);
  }

  /**
   * Makes the exception of a wait that was in vain.
   *
   * @param waitedFor what the caller waited to do, in words
   * @param why what was in the way at the deadline
   */
  public static WaitTimeoutException waitTimeout(
      String waitedFor,
      Duration timeout,
      String why,
      List<Holder> holders,
      @Nullable Throwable cause) {
    return maker().waitTimeout(waitedFor, timeout, why, holders, cause);
  }

  public static MoveFailedException moveFailed(
      String message, List<Holder> holders, @Nullable Throwable cause) {
    return maker().moveFailed(message, holders, cause);
  }

  public static OutstandingMappingsException outstandingMappings(
      String message, List<Holder> holders, @Nullable Throwable cause) {
    return maker().outstandingMappings(message, holders, cause);
  }

  public static PinnedException pinned(String message, List<String> devices) {
    return maker().pinned(message, devices);
  }

  public static SearchLimitException searchLimit(String message) {
    return maker().searchLimit(message);
  }

  public static StreamStoppedException streamStopped(String message) {
    return maker().streamStopped(message);
  }

  public static UndeclaredAccessException undeclaredAccess(String message) {
    return maker().undeclaredAccess(message);
  }

  public static UnsatisfiableException unsatisfiable(String message, Plan plan, Conflict conflict) {
    return maker().unsatisfiable(message, plan, conflict);
  }

  public static WaitInterruptedException waitInterrupted(String message) {
    return maker().waitInterrupted(message);
  }

  public static WaitInterruptedException waitInterrupted(
      String message, @Nullable Throwable cause) {
    return maker().waitInterrupted(message, cause);
  }

  public static WouldDeadlockException wouldDeadlock(String message, List<String> ring) {
    return maker().wouldDeadlock(message, ring);
  }
}
