package dev.dmabroker.internal.allocation;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.NoTurnException;
import dev.dmabroker.internal.heap.WorkerTurns;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.internal.watch.TokenBucket;
import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.Eviction;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Resident;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes room in a full heap: it moves buffers that are idle and could lie elsewhere out of the
 * heap, as the heuristic names them. The thread that needs the room makes each of these moves. A
 * move is given up at once if the buffer is mapped again, so that no mapper waits for it. This
 * class is thread-safe.
 */
public final class Evictor {
  private final Planner planner;
  private final Time time;
  private final Residents residents;

  /** The turns of workers, since a mover that does not return keeps the thread that makes room. */
  private final WorkerTurns turns =
      new WorkerTurns(
          "it waits to make room in a full heap, and "
              + WorkerTurns.MOST
              + " workers that do so have not come to an end");

  /** Limits the moves. It is guarded by this object's lock. */
  private final TokenBucket moves = new TokenBucket();

  /** Makes room by moving residents. */
  public Evictor(Planner planner, Residents residents, Time time) {
    this.time = time;
    this.planner = planner;
    this.residents = residents;
  }

  /** Attempts to allocate, after each buffer that has moved out. */
  interface Attempt {
    /** Returns whether there was room now. */
    boolean succeeds() throws NoTurnException;
  }

  /**
   * Moves buffers out of a heap until there is room.
   *
   * @return why there is none, for an error's text; empty if there is nothing to say
   * @throws NoTurnException if this is a worker that has to wait for its turn to make room, or if
   *     the attempt throws it
   */
  String makeRoom(HeapAccount heap, String forBuffer, long sizeBytes, Attempt attempt)
      throws NoTurnException {
    if (!Workers.isWorker()) {
      return moveOut(heap, forBuffer, sizeBytes, attempt);
    }
    return turns.inTurn(() -> moveOut(heap, forBuffer, sizeBytes, attempt));
  }

  private String moveOut(HeapAccount heap, String forBuffer, long sizeBytes, Attempt attempt)
      throws NoTurnException {
    List<Resident> idle = new ArrayList<>();
    Map<Long, Tenant> byId = new HashMap<>();
    for (Tenant tenant : residents.of(heap)) {
      tenant
          .resident(heap)
          .ifPresent(
              resident -> {
                idle.add(resident);
                byId.put(resident.id(), tenant);
              });
    }
    idle.sort(Comparator.comparingLong(Resident::id));
    Eviction eviction = ask(heap, sizeBytes, idle);
    int moved = 0;
    for (long id : eviction.buffers()) {
      Tenant victim = byId.get(id);
      if (victim == null) {
        continue;
      }
      if (!mayMove(eviction.movesPerSecond())) {
        return moved
            + " idle buffers moved out, and no more for now: at most "
            + eviction.movesPerSecond()
            + " a second";
      }
      if (victim.moveOut(Departure.forRoom(heap, forBuffer))) {
        moved++;
        if (attempt.succeeds()) {
          return "";
        }
      }
    }
    return eviction.buffers().isEmpty()
        ? ""
        : moved + " of " + eviction.buffers().size() + " idle buffers moved out";
  }

  /** Returns the turns of workers that make room. */
  public WorkerTurns turns() {
    return turns;
  }

  /** Asks the heuristic which buffers to move out. */
  private Eviction ask(HeapAccount heap, long sizeBytes, List<Resident> idle) {
    HeapLoad load = new HeapLoad(heap.info(), sizeBytes, heap.usedBytes(), heap.othersBytes(), 0);
    return planner.ranking().evict(new Crowded(load, sizeBytes, idle));
  }

  /** Tells whether one more move is within the heuristic's limit for a second. */
  private synchronized boolean mayMove(double perSecond) {
    return moves.take(perSecond, Math.max(1, perSecond), time.nanos());
  }
}
