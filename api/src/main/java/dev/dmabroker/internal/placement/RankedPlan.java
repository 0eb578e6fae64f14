package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Plan;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Presents a plan, with a table for a person to read. It works out why heaps were passed over only
 * when it is asked.
 */
final class RankedPlan implements Plan {
  private final BufferSpec spec;
  private final ImmutableList<String> devices;
  private final ImmutableList<Plan.Candidate> placements;
  private final Supplier<List<Plan.PassedOver>> why;
  private volatile @Nullable ImmutableList<Plan.PassedOver> passedOver;

  /**
   * Makes a plan.
   *
   * @param passedOver gives the heaps that do not suit, with the first reason of each device
   */
  public RankedPlan(
      BufferSpec spec,
      List<String> devices,
      List<Plan.Candidate> placements,
      Supplier<List<Plan.PassedOver>> passedOver) {
    this.spec = spec;
    this.devices = ImmutableList.copyOf(devices);
    this.placements = ImmutableList.copyOf(placements);
    this.why = passedOver;
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
    ImmutableList<Plan.PassedOver> known = passedOver;
    if (known == null) {
      known = ImmutableList.copyOf(why.get());
      passedOver = known;
    }
    return known;
  }

  /**
   * Describes a heap that suits.
   *
   * @param why gives the heuristic's explanation
   */
  public record Candidate(
      String heap,
      Layout layout,
      long sizeBytes,
      long alignmentBytes,
      long count,
      Coherency coherency,
      long penalty,
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
                ", %,d bytes, aligned to %,d, coherent through %s%n",
                layout.sizeBytes(),
                best.alignmentBytes(),
                best.coherency()));
  }
}
