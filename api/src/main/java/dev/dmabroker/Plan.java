package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;

/**
 * Where a buffer can lie, best first, and why not elsewhere.
 *
 * @param spec what is to be placed
 * @param devices the names of the devices that have to reach it
 * @param placements the heaps that suit, best first
 * @param passedOver the heaps that do not, with the first reason of each device
 */
public record Plan(
    BufferSpec spec,
    List<String> devices,
    List<Candidate> placements,
    List<PassedOver> passedOver) {

  /**
   * A heap that suits.
   *
   * @param heap its name
   * @param layout how the contents would lie
   * @param sizeBytes what would be asked of the heap
   * @param cost the heuristic's figure, lower is better; comparable within one plan only
   * @param reason the heuristic's explanation
   */
  public record Candidate(String heap, Layout layout, long sizeBytes, double cost, String reason) {}

  /**
   * A reason against a heap.
   *
   * @param heap its name
   * @param device the device that rules it out; empty if it is out for all
   * @param field the constraint
   * @param reason what is asked and what the heap has
   */
  public record PassedOver(String heap, String device, String field, String reason) {}

  /** Copies the lists. */
  public Plan {
    devices = ImmutableList.copyOf(devices);
    placements = ImmutableList.copyOf(placements);
    passedOver = ImmutableList.copyOf(passedOver);
  }

  /** A line for each heap. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(spec).append(" for ").append(devices).append('\n');
    for (Candidate candidate : placements) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-20s fits     %,d bytes, cost %.2f: %s\n",
              candidate.heap(),
              candidate.sizeBytes(),
              candidate.cost(),
              candidate.reason()));
    }
    for (PassedOver heap : passedOver) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-20s ruled out by %s, %s: %s\n",
              heap.heap(),
              heap.device().isEmpty() ? "all" : heap.device(),
              heap.field(),
              heap.reason()));
    }
    return text.toString();
  }
}
