package dev.dmabroker.internal.placement;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import dev.dmabroker.Conflict;
import dev.dmabroker.Plan;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Presents a plan, with a table for a person to read. It works out why heaps were passed over only
 * when it is asked.
 */
final class RankedPlan implements Plan {
  private final BufferSpec spec;
  private final ImmutableList<String> devices;
  private final ImmutableList<Plan.Candidate> placements;
  private final Supplier<List<String>> notes;
  private final Supplier<Reasons> reasons;

  /**
   * Holds what a plan says of heaps that do not suit.
   *
   * @param passedOver the heaps, with the first reason of each device
   * @param conflict what cannot be had together; empty if a heap suits
   */
  record Reasons(List<Plan.PassedOver> passedOver, Optional<Conflict> conflict) {
    Reasons {
      passedOver = ImmutableList.copyOf(passedOver);
    }
  }

  /**
   * Makes a plan.
   *
   * @param notes works out what deserves a look
   * @param reasons works out why heaps do not suit
   */
  RankedPlan(
      BufferSpec spec,
      List<String> devices,
      List<Plan.Candidate> placements,
      Supplier<List<String>> notes,
      Supplier<Reasons> reasons) {
    this.spec = spec;
    this.devices = ImmutableList.copyOf(devices);
    this.placements = ImmutableList.copyOf(placements);
    this.notes = Suppliers.memoize(() -> ImmutableList.copyOf(notes.get()));
    this.reasons = Suppliers.memoize(reasons::get);
  }

  @Override
  public BufferSpec spec() {
    return spec;
  }

  @Override
  public List<String> devices() {
    return devices;
  }

  @Override
  public List<Plan.Candidate> placements() {
    return placements;
  }

  @Override
  public List<Plan.PassedOver> passedOver() {
    return reasons.get().passedOver();
  }

  @Override
  public Optional<Conflict> conflict() {
    return reasons.get().conflict();
  }

  @Override
  public List<String> notes() {
    return notes.get();
  }

  /**
   * Describes a heap that suits.
   *
   * @param why gives the heuristic's explanation
   */
  public record Candidate(
      String heap,
      Layout layout,
      long neededBytes,
      long sizeBytes,
      long alignmentBytes,
      long count,
      Coherency coherency,
      long penalty,
      List<Plan.Alternative> alternatives,
      List<String> leftOut,
      double cost,
      Supplier<String> why)
      implements Plan.Candidate {

    @Override
    public String reason() {
      try {
        return why.get();
      } catch (Throwable t) {
        return "the heuristic threw " + t + " when asked why";
      }
    }

    @Override
    public long totalBytes() {
      return Math.multiplyExact(sizeBytes, count);
    }
  }

  /** Names the alternative of a device that was taken. */
  record Alternative(String device, int number, int count, Constraints constraints)
      implements Plan.Alternative {
    @Override
    public String toString() {
      return device + "'s alternative " + number + " of " + count + " (" + constraints + ")";
    }
  }

  /** Names a reason against a heap. */
  public record PassedOver(String heap, String device, String field, String reason)
      implements Plan.PassedOver {}

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(spec).append(" for ").append(String.join(", ", devices)).append('\n');
    int width = nameWidth();
    if (!placements.isEmpty()) {
      line(text, width, "rank", "heap", "buffers", "bytes each", "cost", "why");
    }
    int rank = 0;
    for (Plan.Candidate each : placements) {
      line(
          text,
          width,
          Integer.toString(++rank),
          each.heap(),
          Long.toString(each.count()),
          String.format(Locale.ROOT, "%,d", each.sizeBytes()),
          String.format(Locale.ROOT, "%.2f", each.cost()),
          each.reason()
              + (each.leftOut().isEmpty() ? "" : "; without " + String.join(", ", each.leftOut())));
    }
    if (!placements.isEmpty()) {
      describe(text, placements.get(0));
    }
    for (Plan.PassedOver heap : passedOver()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-4s  %-" + width + "s  %s%s: %s%n",
              "-",
              heap.heap(),
              heap.device().isEmpty() ? "" : heap.device() + "'s ",
              heap.field(),
              heap.reason()));
    }
    notes().forEach(note -> text.append("  note: ").append(note).append(System.lineSeparator()));
    return text.toString();
  }

  /** The widest name of a heap, or of the column. */
  private int nameWidth() {
    return Stream.concat(
            placements.stream().map(Plan.Candidate::heap),
            passedOver().stream().map(Plan.PassedOver::heap))
        .mapToInt(String::length)
        .reduce("heap".length(), Math::max);
  }

  /** Writes one line of the table. */
  private static void line(
      StringBuilder text,
      int width,
      String rank,
      String heap,
      String buffers,
      String bytes,
      String cost,
      String why) {
    text.append(
        String.format(
            Locale.ROOT,
            "  %-4s  %-" + width + "s  %7s  %14s  %8s  %s%n",
            rank,
            heap,
            buffers,
            bytes,
            cost,
            why));
  }

  /** Writes how the buffer would lie in the best heap. */
  private static void describe(StringBuilder text, Plan.Candidate best) {
    Layout layout = best.layout();
    text.append("        in ").append(best.heap()).append(": ");
    layout
        .image()
        .ifPresent(
            image ->
                text.append(image.format())
                    .append(' ')
                    .append(image.modifier())
                    .append(" coded ")
                    .append(image.codedWidth())
                    .append('x')
                    .append(image.codedHeight())
                    .append(image.colorSpace().map(space -> " in " + space).orElse(""))
                    .append(", "));
    text.append(
            layout.planes().stream()
                .map(
                    plane ->
                        String.format(
                            Locale.ROOT,
                            "plane at %,d stride %,d",
                            plane.offsetBytes(),
                            plane.strideBytes()))
                .collect(Collectors.joining(", ")))
        .append(
            String.format(
                Locale.ROOT,
                ", %,d bytes%s, aligned to %,d, coherent through %s%n",
                layout.sizeBytes(),
                best.neededBytes() > layout.sizeBytes()
                    ? String.format(
                        Locale.ROOT, " of %,d that a device asks at least", best.neededBytes())
                    : "",
                best.alignmentBytes(),
                best.coherency()));
    if (!best.alternatives().isEmpty()) {
      text.append("        with ")
          .append(
              best.alternatives().stream()
                  .map(Plan.Alternative::toString)
                  .collect(Collectors.joining(", ")))
          .append("; of equally good combinations the first counts")
          .append(System.lineSeparator());
    }
  }
}
