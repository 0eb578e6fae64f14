package dev.dmabroker.internal.placement;

/**
 * Bounds the work of a search, so that the search ends in about the time that is meant, and always
 * after the same number of steps. A step is to look at one way to store the buffer, for one more
 * device. A budget is used by one thread.
 */
final class SearchBudget {
  private long left;

  SearchBudget(long steps) {
    left = steps;
  }

  /** Returns a budget for a search that has a bound of its own. */
  static SearchBudget unlimited() {
    return new SearchBudget(Long.MAX_VALUE);
  }

  /** Takes steps, and tells whether there were that many left. */
  boolean take(long steps) {
    left = Math.max(0, left - steps);
    return left > 0;
  }

  /** Tells whether nothing is left. */
  boolean isSpent() {
    return left == 0;
  }
}
