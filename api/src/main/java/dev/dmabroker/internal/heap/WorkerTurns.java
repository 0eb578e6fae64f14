package dev.dmabroker.internal.heap;

import dev.dmabroker.internal.runtime.Guarded;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many workers are at one kind of work at a time, for example inside one heap, so that
 * foreign code which does not return keeps no more of them than that. Work that finds all turns
 * taken does not wait in its thread: it ends, stands in line, and is run again when its turn has
 * come. This class is thread-safe.
 */
public final class WorkerTurns {
  /** How many workers have a turn at a time. There are that many workers more for each of these. */
  public static final int MOST = 2;

  private final String busy;
  private int taken;
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();

  /**
   * Makes turns that are all free.
   *
   * @param busy says what is the matter when none is free
   */
  public WorkerTurns(String busy) {
    this.busy = busy;
  }

  /**
   * Does something that needs a turn.
   *
   * @param <T> what it returns
   * @param <X> what it throws
   */
  public interface Work<T extends @Nullable Object, X extends Exception> {
    /** Does it. */
    T run() throws X;
  }

  /** Stands for a turn that is taken. To run it gives the turn back, once. */
  final class Turn implements Runnable {
    private boolean over;

    @Override
    public void run() {
      synchronized (WorkerTurns.this) {
        taken -= over ? 0 : 1;
        over = true;
      }
      next();
    }
  }

  /** Takes a turn. Null if all are taken. */
  @Nullable Turn tryBegin() {
    Turn turn = new Turn();
    synchronized (this) {
      if (taken == MOST) {
        return null;
      }
      taken++;
    }
    return turn;
  }

  /**
   * Does the work, if there is a turn for it. What the work returns is not lost if there is no
   * stack or memory to give the turn back.
   *
   * @throws NoTurnException if all are taken
   */
  public <T extends @Nullable Object, X extends Exception> T inTurn(Work<T, X> work)
      throws X, NoTurnException {
    Turn turn = tryBegin();
    if (turn == null) {
      throw new NoTurnException(busy, this);
    }
    try {
      return work.run();
    } finally {
      try {
        turn.run();
      } catch (VirtualMachineError e) {
        Guarded.insist("giving back a turn", turn);
      }
    }
  }

  /** Has the work run again on a worker when there is a turn, which may be now. */
  void await(Consumer<Runnable> workers, Runnable again) {
    Waiting waiting = new Waiting(workers, again);
    synchronized (this) {
      line.add(waiting);
    }
    next();
  }

  /** Has all that stand in line run again now, to find that what they are for has ended. */
  public void dismiss() {
    ArrayDeque<Waiting> left;
    synchronized (this) {
      left = line.clone();
      line.clear();
    }
    left.forEach(Waiting::start);
  }

  /** Runs the first in line again, if there is a turn for it. */
  private void next() {
    Waiting first;
    synchronized (this) {
      first = taken < MOST ? line.poll() : null;
    }
    if (first != null) {
      first.start();
    }
  }

  /** Stands for work in the line. It is made before it leaves the line, and nothing is then. */
  private final class Waiting implements Runnable {
    private final Consumer<Runnable> workers;
    private final Runnable again;

    /**
     * Makes work that does not stand in line yet.
     *
     * @param workers runs it on a worker
     * @param again does the work once more, from the beginning
     */
    Waiting(Consumer<Runnable> workers, Runnable again) {
      this.workers = workers;
      this.again = again;
    }

    void start() {
      workers.accept(this);
    }

    /** Does the work. It may not need the turn after all: then the next in line gets it. */
    @Override
    public void run() {
      try {
        again.run();
      } finally {
        next();
      }
    }
  }
}
