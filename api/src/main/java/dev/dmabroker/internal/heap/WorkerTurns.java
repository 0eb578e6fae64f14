package dev.dmabroker.internal.heap;

import java.util.ArrayDeque;
import java.util.function.Consumer;

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
   * Stands for work in the line.
   *
   * @param workers runs it on a worker
   * @param again does the work once more, from the beginning
   */
  private record Waiting(Consumer<Runnable> workers, Runnable again) {}

  /**
   * Makes turns that are all free.
   *
   * @param busy says what is the matter when none is free
   */
  public WorkerTurns(String busy) {
    this.busy = busy;
  }

  /** Takes a turn. False if all are taken. */
  synchronized boolean tryBegin() {
    if (taken == MOST) {
      return false;
    }
    taken++;
    return true;
  }

  /**
   * Takes a turn, which has to be given back by {@link #end}.
   *
   * @throws NoTurnException if all are taken
   */
  public void begin() throws NoTurnException {
    if (!tryBegin()) {
      throw new NoTurnException(busy, this);
    }
  }

  /** Gives a turn back. */
  public void end() {
    synchronized (this) {
      taken--;
    }
    next();
  }

  /** Has the work run again on a worker when there is a turn, which may be now. */
  void await(Consumer<Runnable> workers, Runnable again) {
    synchronized (this) {
      line.add(new Waiting(workers, again));
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
    left.forEach(waiting -> waiting.workers().accept(waiting.again()));
  }

  /** Runs the first in line again, if there is a turn for it. */
  private void next() {
    Waiting first;
    synchronized (this) {
      first = taken < MOST ? line.poll() : null;
    }
    if (first != null) {
      first.workers().accept(() -> run(first));
    }
  }

  /** Runs the work again. It may not have needed the turn after all: then the next one gets it. */
  private void run(Waiting waiting) {
    try {
      waiting.again().run();
    } finally {
      next();
    }
  }
}
