package dev.dmabroker.remote.internal.value;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.Holder;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.PinnedException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.WouldDeadlockException;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.wire.Budget;
import dev.dmabroker.remote.internal.wire.Failure;
import dev.dmabroker.remote.internal.wire.HeapReason;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Writes what a broker threw, with its data, and makes the exception again elsewhere. An exception
 * of the JDK crosses by its type and text. What a service threw for reasons of its own, such as an
 * Error, crosses as an IllegalStateException that names it.
 */
public final class Failures {
  private Failures() {}

  /** Writes an exception as it is. */
  public static Failure write(Throwable thrown) {
    return write(thrown, UnaryOperator.identity());
  }

  /**
   * Writes an exception.
   *
   * @param names turns each text with names into what the receiver is told
   */
  public static Failure write(Throwable thrown, UnaryOperator<String> names) {
    Failure.Builder message =
        Failure.newBuilder()
            .setKind(thrown.getClass().getSimpleName())
            .setText(names.apply(text(thrown)))
            .setTransient(thrown instanceof BrokerException broker && broker.isTransient());
    if (thrown instanceof AllocationException it) {
      it.attempts()
          .forEach(
              each ->
                  message.addAttempts(
                      HeapReason.newBuilder().setHeap(each.heap()).setReason(each.reason())));
    } else if (thrown instanceof BudgetExceededException it) {
      message.setBudget(
          Budget.newBuilder()
              .setName(names.apply(it.budget()))
              .setLimitBytes(it.limitBytes())
              .setReservedBytes(it.reservedBytes())
              .setAskedBytes(it.askedBytes()));
    } else if (thrown instanceof WaitTimeoutException it) {
      message.setWaitedFor(names.apply(it.waitedFor())).setTimeoutNanos(Plans.nanos(it.timeout()));
      message.addAllHolders(holders(it.holders(), names));
    } else if (thrown instanceof MoveFailedException it) {
      message.addAllHolders(holders(it.holders(), names));
    } else if (thrown instanceof OutstandingMappingsException it) {
      message.addAllHolders(holders(it.holders(), names));
    } else if (thrown instanceof PinnedException it) {
      message.addAllNames(all(it.devices(), names));
    } else if (thrown instanceof WouldDeadlockException it) {
      message.addAllNames(all(it.ring(), names));
    } else if (thrown instanceof DuplicateMemoryException it) {
      message.addNames(names.apply(it.buffer()));
    } else if (thrown instanceof UnsatisfiableException it) {
      message.setConflict(Plans.write(it.conflict(), names)).setPlan(Plans.write(it.plan(), names));
    }
    return message.build();
  }

  /**
   * What an exception is made of. Two of them write more around it, which the other side writes
   * again.
   */
  private static String text(Throwable thrown) {
    String text = String.valueOf(thrown.getMessage());
    if (thrown instanceof WaitTimeoutException it) {
      return without(
          text,
          Exceptions.waitTimeout(it.waitedFor(), it.timeout(), "", List.of(), null),
          "cannot " + it.waitedFor() + " within " + it.timeout().toMillis() + " ms: ");
    }
    if (thrown instanceof BudgetExceededException it) {
      return without(
          text,
          Exceptions.budgetExceeded(
              "", it.budget(), it.limitBytes(), it.reservedBytes(), it.askedBytes()),
          "cannot ");
    }
    return text;
  }

  /** A text without what an exception writes around it. */
  private static String without(String text, BrokerException empty, String before) {
    int after = String.valueOf(empty.getMessage()).length() - before.length();
    return text.substring(before.length(), text.length() - after);
  }

  private static List<String> all(List<String> texts, UnaryOperator<String> names) {
    return texts.stream().map(names).toList();
  }

  private static List<dev.dmabroker.remote.internal.wire.Holder> holders(
      List<Holder> holders, UnaryOperator<String> names) {
    return holders.stream().map(holder -> write(holder, names)).toList();
  }

  /** Writes a holder. */
  static dev.dmabroker.remote.internal.wire.Holder write(
      Holder holder, UnaryOperator<String> names) {
    return dev.dmabroker.remote.internal.wire.Holder.newBuilder()
        .setBuffer(names.apply(holder.buffer()))
        .setDevice(names.apply(holder.device()))
        .setAccess(Specs.write(holder.access()))
        .setHeldNanos(Plans.nanos(holder.held()))
        .setThread(names.apply(holder.thread()))
        .setFenced(holder.fenced())
        .setLeaseUses(holder.leaseUses())
        .setText(names.apply(holder.toString()))
        .build();
  }

  private record RemoteHolder(
      String buffer,
      String device,
      Access access,
      Duration held,
      String thread,
      boolean fenced,
      long leaseUses,
      String text)
      implements Holder, java.io.Serializable {
    @Override
    public Optional<Throwable> callSite() {
      return Optional.empty(); // It is of another process.
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private record RemoteAttempt(String heap, String reason)
      implements AllocationException.Attempt, java.io.Serializable {
    @Override
    public String toString() {
      return heap + ": " + reason;
    }
  }

  /** Reads a holder. */
  static Holder read(dev.dmabroker.remote.internal.wire.Holder message) throws BadMessageException {
    return new RemoteHolder(
        message.getBuffer(),
        message.getDevice(),
        Specs.read(message.getAccess()),
        Duration.ofNanos(message.getHeldNanos()),
        message.getThread(),
        message.getFenced(),
        message.getLeaseUses(),
        message.getText());
  }

  /** Reads holders. */
  static List<Holder> holders(List<dev.dmabroker.remote.internal.wire.Holder> messages)
      throws BadMessageException {
    List<Holder> holders = new ArrayList<>();
    for (var message : messages) {
      holders.add(read(message));
    }
    return holders;
  }

  /**
   * Makes the exception that a local broker would have thrown.
   *
   * @throws BadMessageException if the message contradicts itself
   */
  public static RuntimeException read(Failure message) throws BadMessageException {
    String text = message.getText();
    return switch (message.getKind()) {
      case "AllocationException" ->
          Exceptions.allocation(
              text,
              message.getAttemptsList().stream()
                  .<AllocationException.Attempt>map(
                      each -> new RemoteAttempt(each.getHeap(), each.getReason()))
                  .toList());
      case "BudgetExceededException" -> {
        Budget budget = message.getBudget();
        yield Exceptions.budgetExceeded(
            text,
            budget.getName(),
            budget.getLimitBytes(),
            budget.getReservedBytes(),
            budget.getAskedBytes());
      }
      case "BusyException" -> Exceptions.busy(text);
      case "ClosedException" -> Exceptions.closed(text);
      case "CpuAccessException" -> Exceptions.cpuAccess(text);
      case "DescriptorException" ->
          message.getTransient()
              ? Exceptions.descriptor(text, new HeapException(Kind.NO_DESCRIPTORS, text))
              : Exceptions.descriptor(text);
      case "DuplicateMemoryException" ->
          Exceptions.duplicateMemory(text, String.join("", message.getNamesList()));
      case "DuplicateNameException" -> Exceptions.duplicateName(text);
      case "FenceException" -> Exceptions.fence(text, null);
      case "LeftOutException" -> Exceptions.leftOut(text);
      case "MoveFailedException" ->
          Exceptions.moveFailed(text, holders(message.getHoldersList()), null);
      case "OutstandingMappingsException" ->
          Exceptions.outstandingMappings(text, holders(message.getHoldersList()), null);
      case "PinnedException" -> Exceptions.pinned(text, message.getNamesList());
      case "SearchLimitException" -> Exceptions.searchLimit(text);
      case "StreamStoppedException" -> Exceptions.streamStopped(text);
      case "UndeclaredAccessException" -> Exceptions.undeclaredAccess(text);
      case "UnsatisfiableException" ->
          Exceptions.unsatisfiable(
              text, Plans.read(message.getPlan()), Plans.read(message.getConflict()));
      case "WaitInterruptedException" -> Exceptions.waitInterrupted(text);
      case "WaitTimeoutException" ->
          Exceptions.waitTimeout(
              message.getWaitedFor(),
              Duration.ofNanos(message.getTimeoutNanos()),
              text,
              holders(message.getHoldersList()),
              null);
      case "WouldDeadlockException" -> Exceptions.wouldDeadlock(text, message.getNamesList());
      case "IllegalArgumentException", "InvalidConstraintException" ->
          new IllegalArgumentException(text);
      case "UnsupportedOperationException" -> new UnsupportedOperationException(text);
      case "IllegalStateException" -> new IllegalStateException(text);
      default -> new IllegalStateException("the service threw " + message.getKind() + ": " + text);
    };
  }
}
