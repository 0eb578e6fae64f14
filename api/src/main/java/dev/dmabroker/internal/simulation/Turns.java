package dev.dmabroker.internal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a simulation that could go on, and which of them is next.
 *
 * <p>Where threads have ranks, the first of them runs until it waits, and now and then, at a point
 * that the seed chooses, the running thread becomes the last. So one thread stands at a point while
 * the others go on as far as they can, which is what most races need and what equal chances for all
 * threads seldom give. That follows Burckhardt et al., "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs" (ASPLOS 2010); here the number of such points is not bounded.
 */
final class Turns {
  /** Chooses; null if threads run in the order in which they became able to. */
  private final @Nullable Random random;

  /** A turn ends at one of this number of points on average. */
  private final int makesWay;

  private final boolean ranked;
  private final List<Strand> runnable = new ArrayList<>();
  private int lastRank;

  Turns(@Nullable Random random, int makesWay, boolean ranked) {
    this.random = random;
    this.makesWay = makesWay;
    this.ranked = ranked;
  }

  /** Tells whether a seed decides which thread is next. */
  boolean areChosen() {
    return random != null;
  }

  /** Gives a new thread its rank. */
  void rank(Strand strand) {
    if (ranked && random != null) {
      strand.rank = random.nextInt(Integer.MAX_VALUE);
    }
  }

  /** Adds a thread that became able to run at a step. */
  void add(Strand strand, long step) {
    strand.ready(step);
    int at = runnable.size();
    while (at > 0 && !strand.isBehind(runnable.get(at - 1))) {
      at--;
    }
    runnable.add(at, strand);
  }

  boolean isEmpty() {
    return runnable.isEmpty();
  }

  /** Tells whether a thread that runs has to make way at this point. */
  boolean end(Strand running) {
    if (random == null) {
      return false;
    }
    boolean over = random.nextInt(makesWay) == 0;
    if (!ranked) {
      return over;
    }
    if (over) {
      running.rank = --lastRank;
    }
    return over || (!runnable.isEmpty() && runnable.get(first()).rank > running.rank);
  }

  /** Takes the thread out that is next. */
  Strand next() {
    if (random == null) {
      return runnable.remove(0);
    }
    return runnable.remove(ranked ? first() : random.nextInt(runnable.size()));
  }

  private int first() {
    int first = 0;
    for (int i = 1; i < runnable.size(); i++) {
      if (runnable.get(i).rank > runnable.get(first).rank) {
        first = i;
      }
    }
    return first;
  }
}
