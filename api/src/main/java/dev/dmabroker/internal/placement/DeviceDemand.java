package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.layout.LayoutCheck;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows what one device requires of every buffer, against the heaps of one broker. All that does
 * not depend on the buffer is worked out once.
 */
public final class DeviceDemand {
  /** Bytes without structure are stored in one way, of which no device asks anything. */
  private static final Rules[] BYTES = {Rules.NONE};

  private final long[] heaps;
  private final long[] limits;
  private final long minSizeBytes;
  private final int coherency;
  private final BufferCounts counts;
  private final List<ImageConstraints> images;
  private final List<Rules> imageRules;
  private volatile @Nullable Last last;

  /** Keeps the last target that was asked for, with its demand. */
  private record Last(Target target, Demand demand) {}

  /** Looks at every heap once, so that no plan has to do so. */
  public DeviceDemand(HeapTable table, String device, Constraints constraints) {
    heaps = new long[table.words()];
    for (int i = 0; i < table.size(); i++) {
      HeapInfo heap = table.info(i);
      if (heap.unmet(device, constraints).isEmpty()) {
        heaps[i >>> 6] |= 1L << i;
      }
    }
    limits =
        table.pieces().stream()
            .mapToLong(
                pieces ->
                    Math.min(
                        constraints.maxSizeBytes(),
                        pieces.largest(
                            constraints.maxSegments(),
                            constraints.maxSegmentBytes(),
                            constraints.segmentBoundaryBytes())))
            .toArray();
    minSizeBytes = constraints.minSizeBytes();
    coherency = HeapTable.bits(constraints.coherency());
    counts = BufferCounts.of(constraints.counts());
    images =
        constraints.images().isEmpty()
            ? List.of(ImageConstraints.builder().build())
            : constraints.images();
    imageRules = rules(constraints);
  }

  /** Returns the rules of each entry for pictures. */
  private List<Rules> rules(Constraints constraints) {
    if (constraints.images().isEmpty() && constraints.strideAlignmentBytes() == 1) {
      return List.of(Rules.NONE);
    }
    List<Rules> rules = new ArrayList<>();
    for (ImageConstraints image : images) {
      rules.add(Rules.of(image, constraints.strideAlignmentBytes()));
    }
    return rules;
  }

  /**
   * Returns the rules of the first entry that names the format; if no entry names it, of an entry
   * for any format. Null means that the device does not take the form.
   */
  private @Nullable Rules rules(StorageForm form) {
    Rules otherwise = null;
    boolean named = false;
    for (int i = 0; i < imageRules.size(); i++) {
      ImageConstraints image = images.get(i);
      if (image.covers(form.format(), form.modifier())) {
        if (image.formats().isPresent()) {
          return imageRules.get(i);
        }
        otherwise = otherwise == null ? imageRules.get(i) : otherwise;
      }
      named |= image.formats().isPresent() && image.formats().get().contains(form.format());
    }
    return named ? null : otherwise;
  }

  int coherency() {
    return coherency;
  }

  /** Tells whether the device can use memory of the heap. */
  boolean reaches(int heap) {
    return (heaps[heap >>> 6] & 1L << heap) != 0;
  }

  long limit(int pieces) {
    return limits[pieces];
  }

  /** Tells whether memory of that heap, with this size and layout, suits the device. */
  public boolean suits(HeapTable table, int heap, Target target, Layout layout, long sizeBytes) {
    return reaches(heap)
        && sizeBytes <= limits[table.piecesOf(heap)]
        && (coherency & table.coherency(heap)) != 0
        && suitsStored(target, layout, sizeBytes);
  }

  /** Tells whether size and layout suit the device, whatever heap the memory is of. */
  public boolean suitsStored(Target target, Layout layout, long sizeBytes) {
    if (sizeBytes < minSizeBytes) {
      return false;
    }
    Picture picture = target.picture();
    if (picture == null || layout.image().isEmpty()) {
      return true;
    }
    Layout.Image image = layout.image().get();
    Rules its = rules(new StorageForm(image.format(), image.modifier(), 0));
    return its != null && LayoutCheck.accepts(its, picture, layout, sizeBytes);
  }

  /**
   * Returns what the device requires of a buffer. Buffers come in series, so the last answer is
   * kept.
   */
  public Demand of(Target target) {
    Last known = last;
    if (known == null || known.target() != target) {
      known = new Last(target, work(target));
      last = known;
    }
    return known.demand();
  }

  /** Joins what was worked out once with the rules for each way to store the target. */
  private Demand work(Target target) {
    if (!target.isImage()) {
      return new Demand(heaps, limits, minSizeBytes, coherency, BYTES, counts);
    }
    List<StorageForm> forms = target.forms();
    @Nullable Rules[] rules = new Rules[forms.size()];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = rules(forms.get(i));
    }
    return new Demand(heaps, limits, minSizeBytes, coherency, rules, counts);
  }
}
