package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The best way to use each heap. */
public final class Solution {
  private final @Nullable Choice[] choices;

  /** With a choice by each heap's number; null where the heap cannot serve. */
  Solution(@Nullable Choice[] choices) {
    this.choices = choices;
  }

  /**
   * The best way to use a heap.
   *
   * @param leftOut dispensable devices that are not served
   * @param penalty what alternatives and preferences cost
   * @param layout how contents lie
   * @param neededBytes what all need
   * @param sizeBytes what the heap is asked for
   * @param count buffers that all need
   * @param coherency the domain
   */
  public record Choice(
      List<Participant> leftOut,
      long penalty,
      Layout layout,
      long neededBytes,
      long sizeBytes,
      long count,
      Coherency coherency) {

    /** Whether so few left out, at such a penalty, is better than what is known, if anything is. */
    static boolean isBetter(int leftOut, long penalty, @Nullable Choice known) {
      return known == null
          || (leftOut != known.leftOut.size()
              ? leftOut < known.leftOut.size()
              : penalty < known.penalty);
    }
  }

  @Nullable Choice choice(int heap) {
    return choices[heap];
  }

  public boolean isPossible() {
    for (Choice choice : choices) {
      if (choice != null) {
        return true;
      }
    }
    return false;
  }

  /** Whether another heap than this can serve. */
  public boolean isPossibleOutside(int heap) {
    for (int i = 0; i < choices.length; i++) {
      if (isAsGood(i, heap)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the one can take what lies in the other, and leaves out no more devices. */
  public boolean isAsGood(int one, int other) {
    Choice there = choices[one];
    Choice here = choices[other];
    return one != other
        && there != null
        && (here == null || there.leftOut().size() <= here.leftOut().size());
  }

  /** Those that are left out wherever the buffer lies best. */
  public List<Participant> leftOut() {
    Choice best = null;
    for (Choice choice : choices) {
      if (choice != null && Choice.isBetter(choice.leftOut().size(), choice.penalty(), best)) {
        best = choice;
      }
    }
    return best == null ? List.of() : best.leftOut();
  }
}
