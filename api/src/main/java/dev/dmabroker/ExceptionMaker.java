package dev.dmabroker;

import dev.dmabroker.internal.runtime.Exceptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls the constructors of this package's exceptions for the engine, because they are not visible
 * to the engine's packages.
 */
final class ExceptionMaker implements Exceptions.Maker {
  private ExceptionMaker() {}

  /** Gives the engine a maker of this class. */
  static void install() {
    Exceptions.use(new ExceptionMaker());
  }

  @Override
  public AllocationException allocation(
      String message, List<AllocationException.Attempt> attempts) {
    return new AllocationException(message, attempts);
  }

  @Override
  public BudgetExceededException budgetExceeded(
      String what, String budget, long limitBytes, long reservedBytes, long askedBytes) {
    return new BudgetExceededException(what, budget, limitBytes, reservedBytes, askedBytes);
  }

  @Override
  public BusyException busy(String message) {
    return new BusyException(message);
  }

  @Override
  public ClosedException closed(String message) {
    return new ClosedException(message);
  }

  @Override
  public CpuAccessException cpuAccess(String message) {
    return new CpuAccessException(message);
  }

  @Override
  public CpuAccessException cpuAccess(String message, @Nullable Throwable cause) {
    return new CpuAccessException(message, cause);
  }

  @Override
  public DescriptorException descriptor(String message) {
    return new DescriptorException(message);
  }

  @Override
  public DescriptorException descriptor(String message, @Nullable Throwable cause) {
    return new DescriptorException(message, cause);
  }

  @Override
  public DuplicateMemoryException duplicateMemory(String message, String buffer) {
    return new DuplicateMemoryException(message, buffer);
  }

  @Override
  public DuplicateNameException duplicateName(String message) {
    return new DuplicateNameException(message);
  }

  @Override
  public FenceException fence(String message, @Nullable Throwable cause) {
    return new FenceException(message, cause);
  }

  @Override
  public LeftOutException leftOut(String message) {
    return new LeftOutException(message);
  }

  @Override
  public WaitTimeoutException waitTimeout(
      String waitedFor,
      Duration timeout,
      String why,
      List<Holder> holders,
      @Nullable Throwable cause) {
    return new WaitTimeoutException(waitedFor, timeout, why, holders, cause);
  }

  @Override
  public MoveFailedException moveFailed(
      String message, List<Holder> holders, @Nullable Throwable cause) {
    return new MoveFailedException(message, holders, cause);
  }

  @Override
  public OutstandingMappingsException outstandingMappings(
      String message, List<Holder> holders, @Nullable Throwable cause) {
    return new OutstandingMappingsException(message, holders, cause);
  }

  @Override
  public PinnedException pinned(String message, List<String> devices) {
    return new PinnedException(message, devices);
  }

  @Override
  public SearchLimitException searchLimit(String message) {
    return new SearchLimitException(message);
  }

  @Override
  public StreamStoppedException streamStopped(String message) {
    return new StreamStoppedException(message);
  }

  @Override
  public UndeclaredAccessException undeclaredAccess(String message) {
    return new UndeclaredAccessException(message);
  }

  @Override
  public UnsatisfiableException unsatisfiable(String message, Plan plan, Conflict conflict) {
    return new UnsatisfiableException(message, plan, conflict);
  }

  @Override
  public WaitInterruptedException waitInterrupted(String message) {
    return new WaitInterruptedException(message);
  }

  @Override
  public WaitInterruptedException waitInterrupted(String message, @Nullable Throwable cause) {
    return new WaitInterruptedException(message, cause);
  }

  @Override
  public WouldDeadlockException wouldDeadlock(String message, List<String> ring) {
    return new WouldDeadlockException(message, ring);
  }
}
