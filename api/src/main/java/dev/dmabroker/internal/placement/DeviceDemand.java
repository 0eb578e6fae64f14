package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.layout.ImageLayout;
import dev.dmabroker.internal.layout.LayoutCheck;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows what one device requires of every buffer, against the heaps of one broker. All that does
 * not depend on the buffer is worked out once.
 */
public final class DeviceDemand {
  /**
   * The largest picture that a device imports: sizes, strides and offsets are __u32 in V4L2 (struct
   * v4l2_pix_format, struct v4l2_plane_pix_format) and in DRM (struct drm_mode_fb_cmd2), and none
   * of them is over the size.
   */
  static final long MOST_IMPORTED = (1L << 32) - 1;

  /** Bytes without structure are stored in one way, of which no device asks anything. */
  private static final Rules[] BYTES = {Rules.NONE};

  /** Compressed bytes that the device does not take can be stored in no way. */
  private static final @Nullable Rules[] NO_BYTES = {null};

  private final HeapTable table;
  private final long[] heaps;
  private final long[] limits;
  private final long minSizeBytes;
  private final long alignmentBytes;
  private final long maxPictureBytes;
  private final int coherency;
  private final BufferCounts counts;
  private final @Nullable Set<CompressedFormat> compressed;
  private final List<ImageConstraints> images;
  private final List<Rules> imageRules;
  private volatile @Nullable Last last;

  /** Keeps the last target that was asked for, with its demand. */
  private record Last(Target target, Demand demand) {}

  /** Looks at every heap once, so that no plan has to do so. */
  public DeviceDemand(HeapTable table, String device, Constraints constraints) {
    this.table = table;
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
    alignmentBytes = constraints.alignmentBytes();
    maxPictureBytes = constraints.cpuOnly() ? Long.MAX_VALUE : MOST_IMPORTED;
    coherency = HeapTable.bits(constraints.coherency());
    compressed = constraints.compressedFormats().orElse(null);
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
    boolean covered = false;
    boolean named = false;
    for (int i = 0; i < imageRules.size(); i++) {
      ImageConstraints image = images.get(i);
      if (image.covers(form.format(), form.modifier())) {
        Rules its = takesLayout(image, form) ? imageRules.get(i) : null;
        if (image.formats().isPresent()) {
          return its;
        }
        otherwise = covered ? otherwise : its;
        covered = true;
      }
      named |= image.formats().isPresent() && image.formats().get().contains(form.format());
    }
    return named ? null : otherwise;
  }

  /** Tells whether the layout is one of those that the device says, if it says any for the form. */
  private static boolean takesLayout(ImageConstraints image, StorageForm form) {
    boolean says = false;
    for (Layout layout : image.layouts()) {
      if (layout.equals(form.said())) {
        return true;
      }
      says |= form.isLike(layout.image().orElseThrow());
    }
    return !says;
  }

  /** Tells whether the device takes what the bytes are, if they are compressed. */
  private boolean takesCompressed(Target target) {
    return compressed == null || target.compressed().map(compressed::contains).orElse(true);
  }

  /** Returns the table against whose heaps this was worked out. */
  HeapTable table() {
    return table;
  }

  int coherency() {
    return coherency;
  }

  BufferCounts counts() {
    return counts;
  }

  long minSizeBytes() {
    return minSizeBytes;
  }

  /** Returns the largest picture that the device takes. */
  long maxPictureBytes() {
    return maxPictureBytes;
  }

  /** Tells whether the device can use memory of the heap. */
  boolean reaches(int heap) {
    return (heaps[heap >>> 6] & 1L << heap) != 0;
  }

  long limit(int pieces) {
    return limits[pieces];
  }

  /** Tells whether memory of that heap, with this size and layout, suits the device. */
  public boolean suits(int heap, Target target, Layout layout, long sizeBytes) {
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
    if (!takesCompressed(target)) {
      return false;
    }
    if (picture == null || layout.image().isEmpty()) {
      return true;
    }
    Rules its = rules(StorageForm.said(ImageLayout.in(layout, Optional.empty()), 0));
    return its != null
        && layout.sizeBytes() <= maxPictureBytes
        && LayoutCheck.accepts(its, picture, layout, sizeBytes);
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
      return new Demand(
          heaps,
          limits,
          minSizeBytes,
          alignmentBytes,
          Long.MAX_VALUE,
          coherency,
          takesCompressed(target) ? BYTES : NO_BYTES,
          counts);
    }
    List<StorageForm> forms = target.forms();
    @Nullable Rules[] rules = new Rules[forms.size()];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = rules(forms.get(i));
    }
    return new Demand(
        heaps, limits, minSizeBytes, alignmentBytes, maxPictureBytes, coherency, rules, counts);
  }
}
