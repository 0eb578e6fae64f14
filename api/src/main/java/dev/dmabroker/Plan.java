package dev.dmabroker;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Layout;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a buffer can lie, best first, and why not elsewhere. Immutable; the reasons are worked out
 * when they are asked for.
 */
public final class Plan {
  private final BufferSpec spec;
  private final ImmutableList<String> devices;
  private final ImmutableList<Candidate> placements;
  private final Supplier<List<PassedOver>> why;
  private volatile @Nullable ImmutableList<PassedOver> passedOver;

  /**
   * A plan.
   *
   * @param passedOver gives the heaps that do not suit, with the first reason of each device
   */
  public Plan(
      BufferSpec spec,
      List<String> devices,
      List<Candidate> placements,
      Supplier<List<PassedOver>> passedOver) {
    this.spec = spec;
    this.devices = ImmutableList.copyOf(devices);
    this.placements = ImmutableList.copyOf(placements);
    this.why = passedOver;
  }

  /** What is to be placed. */
  public BufferSpec spec() {
    return spec;
  }

  /** The names of the devices that have to reach it. */
  public List<String> devices() {
    return devices;
  }

  /** The heaps that suit, best first. */
  public List<Candidate> placements() {
    return placements;
  }

  /** The heaps that do not suit, with the first reason of each device. */
  public List<PassedOver> passedOver() {
    ImmutableList<PassedOver> known = passedOver;
    if (known == null) {
      known = ImmutableList.copyOf(why.get());
      passedOver = known;
    }
    return known;
  }

  /**
   * A heap that suits.
   *
   * @param heap its name
   * @param layout how the contents would lie
   * @param sizeBytes what would be asked of the heap for one buffer
   * @param alignmentBytes what the first byte's address is a multiple of, as far as is known
   * @param count buffers that all devices together need
   * @param coherency the domain that all share
   * @param penalty the weights of unmet preferences, and 100 for each step down an alternative
   * @param leftOut dispensable devices that would not be served there
   * @param cost the heuristic's figure, lower is better; comparable within one plan only
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
      Supplier<String> why) {

    /** The heuristic's explanation. */
    public String reason() {
      return why.get();
    }

    /**
     * What all buffers take.
     *
     * @throws ArithmeticException if that is over 2^63
     */
    public long totalBytes() {
      return Math.multiplyExact(sizeBytes, count);
    }
  }

  /**
   * A reason against a heap.
   *
   * @param heap its name
   * @param device the device that rules it out; empty if it is out for all
   * @param field the constraint
   * @param reason what is asked and what the heap has
   */
  public record PassedOver(String heap, String device, String field, String reason) {}

  /** A table for a person to read. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(spec).append(" for ").append(String.join(", ", devices)).append('\n');
    int width =
        Math.max(
            4,
            Math.max(
                placements.stream().mapToInt(each -> each.heap().length()).max().orElse(0),
                passedOver().stream().mapToInt(each -> each.heap().length()).max().orElse(0)));
    if (!placements.isEmpty()) {
      line(text, width, "rank", "heap", "buffers", "bytes each", "cost", "why");
    }
    int rank = 0;
    for (Candidate each : placements) {
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
    for (PassedOver heap : passedOver()) {
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

  private static void describe(StringBuilder text, Candidate best) {
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
