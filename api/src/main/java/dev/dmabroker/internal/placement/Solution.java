package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds the best way to use each heap for a buffer. */
public final class Solution {
  private final HeapTable table;
  private final @Nullable Choice[] choices;

  /** Takes a choice by each heap's number in the table; null where the heap cannot serve. */
  Solution(HeapTable table, @Nullable Choice[] choices) {
    this.table = table;
    this.choices = choices;
  }

  /**
   * Describes the best way to use a heap.
   *
   * @param leftOut dispensable devices that are not served
   * @param penalty what alternatives and preferences cost
   * @param layout how contents lie
   * @param neededBytes what all devices need
   * @param sizeBytes what the heap is asked for
   * @param alignmentBytes the alignment of the first byte that all devices need
   * @param count how many buffers all devices need
   * @param coherency the domain of the memory
   * @param taken the alternatives that were taken, of each device that is served and leaves a
   *     choice
   */
  public record Choice(
      List<Participant> leftOut,
      long penalty,
      Layout layout,
      long neededBytes,
      long sizeBytes,
      long alignmentBytes,
      long count,
      Coherency coherency,
      List<Taken> taken) {

    /**
     * Tells whether leaving out so few devices, at that penalty, is better than what is known, if
     * anything is.
     */
    static boolean isBetter(int leftOut, long penalty, @Nullable Choice known) {
      return known == null
          || (leftOut != known.leftOut.size()
              ? leftOut < known.leftOut.size()
              : penalty < known.penalty);
    }
  }

  /**
   * Names the alternative that was taken of a device.
   *
   * @param index the number of the alternative, from 0
   */
  record Taken(Participant device, int index) {}

  /** Returns the heaps that were looked at. */
  public HeapTable table() {
    return table;
  }

  @Nullable Choice choice(int heap) {
    return choices[heap];
  }

  /** Tells whether any heap can serve. */
  public boolean isPossible() {
    for (Choice choice : choices) {
      if (choice != null) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether another heap than this can serve. */
  public boolean isPossibleOutside(HeapAccount heap) {
    for (int i = 0; i < choices.length; i++) {
      if (isAsGood(i, heap)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tells whether the first heap can take what lies in the second, and leaves out no more devices.
   * The second may have vanished.
   */
  public boolean isAsGood(int one, HeapAccount other) {
    int number = table.numberOf(other);
    Choice there = choices[one];
    Choice here = number < 0 ? null : choices[number];
    return one != number
        && there != null
        && (here == null || there.leftOut().size() <= here.leftOut().size());
  }

  /** Returns the devices that are left out wherever the buffer lies best. */
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
