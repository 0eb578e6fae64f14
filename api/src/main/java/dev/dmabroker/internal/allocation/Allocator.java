package dev.dmabroker.internal.allocation;

import dev.dmabroker.AllocationException;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Participant;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.placement.Ranking.RankedHeap;
import dev.dmabroker.internal.placement.Solution;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gets the memory of a buffer from the best heap that has some. It calls heaps, so it must not run
 * under a lock.
 */
public final class Allocator {
  private final Planner planner;
  private final Evictor evictor;
  private final Residents residents;
  private final Listeners listeners;
  private final Time time;
  private final Clearing clearing;
  private final Runnable whenFull;

  /**
   * Says what is to be allocated.
   *
   * @param buffer the buffer's name
   * @param tenant the buffer, which may be asked to leave what it gets
   * @param generation the number of the place that is sought
   * @param departure the heap to leave, and where to go; null if a device needs the memory
   * @param progress is told what the search waits for
   */
  public record Order(
      String buffer,
      Tenant tenant,
      Target target,
      Budgets.Reservation reservation,
      long generation,
      @Nullable Departure departure,
      Progress progress) {}

  /** Holds what one heap said. */
  public record Attempt(String heap, String reason)
      implements AllocationException.Attempt, Serializable {}

  /**
   * Makes an allocator that tells listeners of heaps that refuse, and dates what heaps give.
   *
   * @param residents is told which buffer gets memory of which heap
   * @param distrust whether there are devices that may not see what heaps leave in new memory
   * @param whenFull is called after a heap has refused for want of memory; must not block
   */
  public Allocator(
      Planner planner,
      Evictor evictor,
      Residents residents,
      Listeners listeners,
      Time time,
      BooleanSupplier distrust,
      Runnable whenFull) {
    this.whenFull = whenFull;
    this.clearing = new Clearing(distrust);
    this.time = time;
    this.planner = planner;
    this.evictor = evictor;
    this.residents = residents;
    this.listeners = listeners;
  }

  /**
   * Tries the heaps that suit, best first; then once more those that were full, after idle buffers
   * have made room there. If heaps join meanwhile, all is tried again, so that no buffer is refused
   * for want of a heap that is there.
   *
   * @throws NoTurnException if this is a worker that has to wait for its turn
   * @throws BrokerException an {@link UnsatisfiableException}, {@link AllocationException} or
   *     {@link dev.dmabroker.BudgetExceededException}
   */
  @SuppressWarnings("ReferenceEquality") // A table stands for the heaps of one moment.
  public PlacedMemory allocate(
      Order order, List<? extends Participant> devices, Optional<String> currentHeap)
      throws NoTurnException {
    while (true) {
      HeapTable heaps = planner.table();
      try {
        return seek(order, devices, currentHeap);
      } catch (UnsatisfiableException | AllocationException e) {
        if (planner.table() == heaps) {
          throw e;
        }
      }
    }
  }

  /** Tries the heaps that there are now. */
  private PlacedMemory seek(
      Order order, List<? extends Participant> devices, Optional<String> currentHeap)
      throws NoTurnException {
    Target target = order.target();
    Departure departure = order.departure();
    Solution solution = planner.solve(target, devices);
    if (!solution.isPossible()) {
      throw planner.unsatisfiable(
          "allocate " + order.buffer(), solution.table(), target, devices, /* counting= */ false);
    }
    Search search = new Search(order, solution.table());
    List<RankedHeap> ranked = planner.rank(target, solution, devices, currentHeap);
    if (departure != null) {
      ranked.removeIf(each -> !departure.permits(each, solution));
    }
    try {
      PlacedMemory placed = search.run(ranked, /* makingRoom= */ departure == null);
      if (placed != null) {
        return placed;
      }
    } catch (NoTurnException e) {
      order.progress().awaitTurn(e);
      throw e;
    }
    throw search.overBudget != null ? search.overBudget : search.failure(devices);
  }

  /** Holds one allocation, and what the heaps said to it. */
  private final class Search {
    private final Order order;
    private final HeapTable table;
    private final String buffer;
    private final Target target;
    private final Budgets.Reservation reservation;
    private final List<AllocationException.Attempt> attempts = new ArrayList<>();
    private final List<HeapException> refusals = new ArrayList<>();
    private final Set<Integer> full = new HashSet<>();
    private @Nullable BudgetExceededException overBudget;
    private long neededBytes;
    private @Nullable PlacedMemory placed;

    Search(Order order, HeapTable table) {
      this.table = table;
      this.order = order;
      this.buffer = order.buffer();
      this.target = order.target();
      this.reservation = order.reservation();
      this.neededBytes = target.layout().sizeBytes();
    }

    /** Asks the heaps in their order. Null means that none gave memory. */
    @Nullable PlacedMemory run(List<RankedHeap> ranked, boolean makingRoom) throws NoTurnException {
      for (RankedHeap each : ranked) {
        PlacedMemory found = tryIn(each);
        if (found != null) {
          return found;
        }
      }
      if (makingRoom) { // A buffer that need not move asks no others to make room.
        for (RankedHeap each : ranked) {
          PlacedMemory found = tryWithRoomMade(each);
          if (found != null) {
            return found;
          }
        }
      }
      return null;
    }

    /**
     * Reserves what the heap would give and asks the heap. Null means that the heap refused, or
     * that a budget did not suffice.
     */
    @Nullable PlacedMemory tryIn(RankedHeap each) throws NoTurnException {
      HeapAccount heap = each.account();
      long sizeBytes = each.choice().sizeBytes();
      neededBytes = each.choice().neededBytes();
      long before;
      try {
        before = reservation.reach("allocate " + buffer + " in " + heap.name(), sizeBytes);
      } catch (BudgetExceededException e) { // Another heap may round up less.
        overBudget = overBudget == null ? e : overBudget;
        attempts.add(new Attempt(heap.name(), String.valueOf(e.getMessage())));
        return null;
      }
      HeapMemory memory = null;
      Residents.Stay stay = residents.stay(heap, order.tenant());
      try {
        order.progress().ask(heap);
        memory =
            heap.allocateInTurn(
                new Heap.Request(buffer, sizeBytes, each.choice().alignmentBytes()));
        clearing.clear(heap, memory);
        PlacedMemory found =
            new PlacedMemory(
                table,
                each.heap(),
                target,
                each.choice(),
                memory,
                stay,
                order.generation(),
                time.nanos());
        stay.begin(memory);
        return found;
      } catch (VirtualMachineError | NoTurnException e) {
        stay.run(); // It may have begun.
        giveBack(memory, before);
        throw e;
      } catch (HeapException e) {
        giveBack(memory, before);
        refusals.add(e);
        if (e.kind() == HeapException.Kind.FULL) {
          full.add(each.heap());
          whenFull.run();
        }
        String reason = String.valueOf(e.getMessage());
        attempts.add(new Attempt(heap.name(), reason));
        var refusal =
            new EventRecords.HeapRefusal(buffer, heap.name(), sizeBytes, e.kind(), reason);
        listeners.tell(listener -> listener.heapRefused(refusal));
        return null;
      }
    }

    /** Gives back what a try took that came to nothing. */
    private void giveBack(@Nullable HeapMemory memory, long reservedBefore) {
      if (memory != null) {
        memory.release();
      }
      reservation.backTo(reservedBefore);
    }

    /** Tries a full heap once more, after buffers that lie there idle have moved elsewhere. */
    @Nullable PlacedMemory tryWithRoomMade(RankedHeap each) throws NoTurnException {
      if (!full.contains(each.heap())) {
        return null;
      }
      order.progress().makeRoom(each.account());
      String why =
          evictor.makeRoom(
              each.account(),
              buffer,
              each.choice().sizeBytes(),
              () -> {
                placed = tryIn(each);
                return placed != null;
              });
      if (placed == null && !why.isEmpty()) {
        attempts.add(new Attempt(each.account().name(), why));
      }
      return placed;
    }

    /** Makes the error that names every heap with its reason. */
    AllocationException failure(List<? extends Participant> devices) {
      AllocationException failure =
          Exceptions.allocation(
              "cannot allocate "
                  + neededBytes
                  + " bytes for "
                  + buffer
                  + " ("
                  + target.spec()
                  + "), attached: "
                  + Participant.names(devices)
                  + "; "
                  + (attempts.isEmpty()
                      ? "the heuristic left out every heap that suits"
                      : attempts.stream()
                          .map(attempt -> attempt.heap() + ": " + attempt.reason())
                          .collect(Collectors.joining("; "))),
              attempts);
      for (HeapException refusal : refusals) {
        if (failure.getCause() == null) {
          failure.initCause(refusal);
        } else {
          failure.addSuppressed(refusal);
        }
      }
      return failure;
    }
  }
}
