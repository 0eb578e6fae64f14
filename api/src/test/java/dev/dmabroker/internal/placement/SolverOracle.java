package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.placement.RandomProblems.Asker;
import dev.dmabroker.internal.placement.RandomProblems.Problem;
import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Solves a small problem by looking at everything, from what the Javadoc says: every alternative,
 * every set of dispensable devices left out, every set of wishes met on purpose, every format,
 * modifier, heap and coherency domain. Numbers are found by counting up until all rules hold.
 */
final class SolverOracle {
  private static final ImageConstraints NEUTRAL = ImageConstraints.builder().build();

  /** Past the least common multiple of all that {@link RandomProblems} asks of one number. */
  private static final long SEARCHED = 1 << 17;

  private static final Set<ConstraintField> SHAPING =
      EnumSet.of(
          ConstraintField.MIN_WIDTH,
          ConstraintField.MIN_HEIGHT,
          ConstraintField.WIDTH_ALIGNMENT,
          ConstraintField.HEIGHT_ALIGNMENT,
          ConstraintField.MIN_STRIDE,
          ConstraintField.STRIDE_ALIGNMENT,
          ConstraintField.FIRST_STRIDE_ALIGNMENT,
          ConstraintField.PLANE_OFFSET_ALIGNMENT,
          ConstraintField.BLOCK_WIDTH,
          ConstraintField.BLOCK_HEIGHT,
          ConstraintField.OVER_READ,
          ConstraintField.VERTICAL_PADDING,
          ConstraintField.COLOR_SPACES,
          ConstraintField.REQUIRED_SIZES,
          ConstraintField.MIN_SIZE);

  private final Problem problem;
  private final @Nullable Best[] best;
  private final Map<Object, Optional<Picture>> pictures = new HashMap<>();

  /** The best score on a heap, and every way to reach it. */
  record Best(int leftOut, long penalty, Set<String> ways) {}

  /** A layout of a picture, or of bytes, which have neither format nor modifier. */
  private record Picture(
      @Nullable PixelFormat format,
      Modifier modifier,
      long width,
      long height,
      List<Long> strides,
      List<Long> offsets,
      long sizeBytes,
      Optional<ColorSpace> colorSpace) {

    Picture in(Optional<ColorSpace> its) {
      return new Picture(format, modifier, width, height, strides, offsets, sizeBytes, its);
    }
  }

  /** What is asked of pictures: all of an entry, or one field. */
  private record Rule(ImageConstraints entry, @Nullable ConstraintField only) {
    long number(ConstraintField field) {
      return (only == null || only == field ? entry : NEUTRAL).number(field);
    }

    Set<ImageSize> required() {
      return only == null || only == ConstraintField.REQUIRED_SIZES
          ? entry.requiredSizes()
          : Set.of();
    }
  }

  /** One preferred field; of an entry for pictures, if it has one. */
  private record Wish(
      ConstraintField field, Constraints of, @Nullable ImageConstraints entry, int weight) {}

  private SolverOracle(Problem problem) {
    this.problem = problem;
    this.best = new Best[problem.table().size()];
  }

  static @Nullable Best[] solve(Problem problem) {
    SolverOracle oracle = new SolverOracle(problem);
    oracle.choose(new ArrayList<>(), new ArrayList<>(), 0, 0);
    return oracle.best;
  }

  /** How {@link Best#ways} writes what the solver chose. */
  static String way(Solution.Choice choice) {
    Layout layout = choice.layout();
    return layout.image().map(image -> image.format() + " " + image.modifier()).orElse("bytes")
        + layout.image().map(i -> " " + i.codedWidth() + "x" + i.codedHeight()).orElse("")
        + layout.image().flatMap(Layout.Image::colorSpace).map(space -> " " + space).orElse("")
        + (layout.image().isEmpty()
            ? ""
            : " " + layout.planes().stream().map(Layout.Plane::strideBytes).toList())
        + (layout.image().isEmpty()
            ? ""
            : " " + layout.planes().stream().map(Layout.Plane::offsetBytes).toList())
        + " "
        + choice.neededBytes()
        + " through "
        + choice.coherency();
  }

  private static String way(Picture picture, long needed, Coherency domain) {
    return (picture.format() == null
            ? "bytes"
            : picture.format()
                + " "
                + picture.modifier()
                + " "
                + picture.width()
                + "x"
                + picture.height()
                + picture.colorSpace().map(space -> " " + space).orElse("")
                + " "
                + picture.strides()
                + " "
                + picture.offsets())
        + " "
        + needed
        + " through "
        + domain;
  }

  // ---- Everything ----

  private void choose(List<String> names, List<Constraints> chosen, int steps, int leftOut) {
    int next = chosen.size() + leftOut;
    if (next == problem.devices().size()) {
      combination(names, chosen, steps, leftOut);
      return;
    }
    Asker device = problem.devices().get(next);
    for (int i = 0; i < device.asked().size(); i++) {
      names.add(device.name());
      chosen.add(device.asked().get(i));
      choose(names, chosen, steps + i, leftOut);
      names.remove(names.size() - 1);
      chosen.remove(chosen.size() - 1);
    }
    if (device.isDispensable()) {
      choose(names, chosen, steps, leftOut + 1);
    }
  }

  private void combination(List<String> names, List<Constraints> chosen, int steps, int leftOut) {
    List<Constraints> all = chosen.isEmpty() ? List.of(Constraints.none()) : chosen;
    if (problem.counting() && !countsAgree(all)) {
      return;
    }
    List<Wish> wishes = new ArrayList<>();
    chosen.forEach(each -> wishes.addAll(wishes(each)));
    List<Wish> shaping = wishes.stream().filter(each -> SHAPING.contains(each.field())).toList();
    for (int heap = 0; heap < best.length; heap++) {
      HeapInfo info = problem.table().info(heap);
      boolean reached = true;
      for (int i = 0; i < all.size(); i++) {
        reached &= meets(info, names.isEmpty() ? "nobody" : names.get(i), all.get(i));
      }
      if (!reached) {
        continue;
      }
      for (int set = 0; set < 1 << shaping.size(); set++) {
        List<Wish> enforced = new ArrayList<>();
        for (int i = 0; i < shaping.size(); i++) {
          if ((set & 1 << i) != 0) {
            enforced.add(shaping.get(i));
          }
        }
        store(heap, all, enforced, wishes, 100L * steps, leftOut);
      }
    }
  }

  private void store(
      int heap,
      List<Constraints> all,
      List<Wish> enforced,
      List<Wish> wishes,
      long penalty,
      int leftOut) {
    if (!(problem.spec() instanceof ImageSpec spec)) {
      Picture bytes =
          new Picture(
              null,
              Modifier.LINEAR,
              1,
              1,
              List.of(),
              List.of(),
              problem.spec().layout().sizeBytes(),
              Optional.empty());
      place(heap, all, enforced, wishes, bytes, penalty, leftOut);
      return;
    }
    for (int i = 0; i < spec.formats().size(); i++) {
      PixelFormat format = spec.formats().get(i);
      for (Modifier modifier : Modifier.computed()) {
        if (modifier.supports(format)) {
          Picture picture = picture(spec, format, modifier, all, enforced);
          if (picture != null) {
            place(heap, all, enforced, wishes, picture, penalty + 100L * i, leftOut);
          }
        }
      }
    }
  }

  private static long rounded(HeapInfo info, long needed) {
    long granule = info.traits().granuleBytes().or(1L);
    long asked = needed;
    while (asked % granule != 0) {
      asked++;
    }
    return asked;
  }

  private void place(
      int heap,
      List<Constraints> all,
      List<Wish> enforced,
      List<Wish> wishes,
      Picture picture,
      long penalty,
      int leftOut) {
    HeapInfo info = problem.table().info(heap);
    long needed = picture.sizeBytes();
    for (Constraints each : all) {
      needed = Math.max(needed, each.minSizeBytes());
    }
    for (Wish wish : enforced) {
      needed =
          Math.max(needed, wish.field() == ConstraintField.MIN_SIZE ? wish.of().minSizeBytes() : 1);
    }
    long asked = rounded(info, needed);
    for (Constraints each : all) {
      // A device maps what the heap gives, and is told what is needed.
      if (needed > each.maxSizeBytes() || !segmentsFit(info.traits(), each, asked)) {
        return;
      }
    }
    if (asked > info.traits().maxSizeBytes().or(Long.MAX_VALUE)
        || asked > info.traits().capacityBytes().or(Long.MAX_VALUE)
        || (problem.counting()
            && asked * count(all) > info.traits().capacityBytes().or(Long.MAX_VALUE))) {
      return;
    }
    for (Coherency domain : Coherency.values()) {
      if (info.traits().coherency().or(Set.of()).contains(domain)
          && all.stream().allMatch(each -> each.coherency().contains(domain))) {
        long cost = penalty;
        for (Wish wish : wishes) {
          cost += isMet(wish, info, picture, needed, domain) ? 0 : wish.weight();
        }
        remember(heap, leftOut, cost, way(picture, needed, domain));
      }
    }
  }

  private void remember(int heap, int leftOut, long penalty, String way) {
    Best known = best[heap];
    if (known == null
        || leftOut < known.leftOut()
        || (leftOut == known.leftOut() && penalty < known.penalty())) {
      known = new Best(leftOut, penalty, new HashSet<>());
      best[heap] = known;
    }
    if (leftOut == known.leftOut() && penalty == known.penalty()) {
      known.ways().add(way);
    }
  }

  /** The fewest buffers that are enough for all. */
  private static int count(List<Constraints> all) {
    int held = 0;
    int shared = 0;
    int fewest = 1;
    for (Constraints each : all) {
      Map<ConstraintField, Integer> counts = each.counts();
      held += counts.getOrDefault(ConstraintField.CAMPING, 0);
      held += counts.getOrDefault(ConstraintField.DEDICATED_SLACK, 0);
      shared = Math.max(shared, counts.getOrDefault(ConstraintField.SHARED_SLACK, 0));
      fewest = Math.max(fewest, counts.getOrDefault(ConstraintField.MIN_COUNT, 1));
    }
    return Math.max(held + shared, fewest);
  }

  private static boolean countsAgree(List<Constraints> all) {
    return all.stream()
        .allMatch(
            each ->
                count(all)
                    <= each.counts().getOrDefault(ConstraintField.MAX_COUNT, Integer.MAX_VALUE));
  }

  // ---- Memory ----

  private static boolean meets(HeapInfo heap, String device, Constraints asked) {
    return EnumSet.range(ConstraintField.CONTIGUOUS, ConstraintField.SPEED).stream()
        .allMatch(field -> meets(heap, device, asked, field));
  }

  /** Whether the heap meets one field; sizes, segments and the domain aside. */
  private static boolean meets(
      HeapInfo heap, String device, Constraints asked, ConstraintField field) {
    HeapTraits traits = heap.traits();
    Set<String> names = new HashSet<>(heap.aliases());
    names.add(heap.name());
    return switch (field) {
      case CONTIGUOUS -> !asked.contiguous() || traits.contiguous().or(false);
      case CPU_REACH -> !asked.cpuReach() || traits.cpuReach().or(false);
      case DEVICE_ACCESS -> asked.cpuOnly() || traits.deviceAccess().or(false);
      case SECURE -> !asked.secure() || traits.secure().or(false);
      case PEER_TO_PEER -> asked.peerToPeer() || traits.deviceLocal().or(device).equals(device);
      case ADDRESS_BITS -> traits.addressBits().or(64) <= asked.addressBits();
      case ADDRESS_RANGES -> {
        long lowest = traits.lowestAddress().or(0L);
        int bits = traits.addressBits().or(64);
        long highest = bits >= 63 ? Long.MAX_VALUE : (1L << bits) - 1;
        boolean inside = asked.addressRanges().isEmpty();
        for (AddressRange range : asked.addressRanges()) {
          inside |= range.first() <= lowest && highest <= range.last();
        }
        yield inside;
      }
      case ALIGNMENT -> traits.alignmentBytes().or(1L) % asked.alignmentBytes() == 0;
      case PERMITTED_HEAPS ->
          asked.permittedHeaps().isEmpty()
              || asked.permittedHeaps().get().stream().anyMatch(names::contains);
      case FORBIDDEN_HEAPS -> asked.forbiddenHeaps().stream().noneMatch(names::contains);
      case PERMITTED_HEAP_TYPES ->
          asked.permittedHeapTypes().isEmpty()
              || asked.permittedHeapTypes().get().contains(heap.type());
      case FORBIDDEN_HEAP_TYPES -> !asked.forbiddenHeapTypes().contains(heap.type());
      case CACHING ->
          asked.caching() == Caching.ANY
              || Objects.equals(
                  traits.cached().value(), (Boolean) (asked.caching() == Caching.CACHED));
      case NUMA_NODE ->
          asked.numaNode().isEmpty() || traits.numaNode().or(-1) == asked.numaNode().getAsInt();
      case SPEED -> traits.speed().or(MemorySpeed.SLOW).compareTo(asked.speed()) >= 0;
      default -> true;
    };
  }

  private static boolean segmentsFit(HeapTraits traits, Constraints asked, long sizeBytes) {
    return segmentsFit(
        traits,
        asked.maxSegments(),
        asked.maxSegmentBytes(),
        asked.segmentBoundaryBytes(),
        sizeBytes);
  }

  /** Whether so much memory falls into few enough segments, wherever it lies. */
  static boolean segmentsFit(
      HeapTraits traits, int most, long longest, long boundary, long sizeBytes) {
    if (most == Integer.MAX_VALUE) {
      return true;
    }
    if (traits.contiguous().or(false)) {
      return segments(traits.alignmentBytes().or(1L), sizeBytes, longest, boundary) <= most;
    }
    long piece = traits.granuleBytes().or(0L);
    if (piece == 0) {
      return false;
    }
    long pieces = (sizeBytes + piece - 1) / piece;
    return pieces * segments(piece, piece, longest, boundary) <= most;
  }

  /** The most segments of a contiguous range that begins at some multiple of the alignment. */
  static long segments(long alignment, long sizeBytes, long longest, long boundary) {
    long worst = 0;
    long first = 0;
    do {
      long segments = 0;
      long at = first;
      while (at < first + sizeBytes) {
        long end = first + sizeBytes;
        if (boundary != Long.MAX_VALUE) {
          end = Math.min(end, (at / boundary + 1) * boundary);
        }
        if (longest != Long.MAX_VALUE) {
          end = Math.min(end, at + longest);
        }
        at = end;
        segments++;
      }
      worst = Math.max(worst, segments);
      first += alignment;
    } while (boundary != Long.MAX_VALUE && first % boundary != 0);
    return worst;
  }

  // ---- Pictures ----

  /** The entry that speaks of such pictures; empty if the device takes none. */
  private static Optional<ImageConstraints> entry(
      Constraints of, PixelFormat format, Modifier modifier) {
    List<ImageConstraints> entries = of.images().isEmpty() ? List.of(NEUTRAL) : of.images();
    boolean named =
        entries.stream().anyMatch(each -> each.formats().orElse(Set.of()).contains(format));
    return entries.stream()
        .filter(each -> each.formats().isPresent() == named)
        .filter(each -> each.formats().isEmpty() || each.formats().get().contains(format))
        .filter(each -> each.modifiers().isEmpty() || each.modifiers().get().contains(modifier))
        .findFirst();
  }

  private @Nullable Picture picture(
      ImageSpec spec,
      PixelFormat format,
      Modifier modifier,
      List<Constraints> all,
      List<Wish> enforced) {
    Set<Rule> rules = new LinkedHashSet<>();
    EnumSet<ColorSpace> spaces = EnumSet.allOf(ColorSpace.class);
    for (Constraints each : all) {
      ImageConstraints entry = entry(each, format, modifier).orElse(null);
      if (entry == null) {
        return null;
      }
      rules.add(new Rule(entry, null));
      rules.add(strides(each));
      entry.colorSpaces().ifPresent(spaces::retainAll);
    }
    for (Wish wish : enforced) {
      ImageConstraints entry = wish.entry();
      if (wish.field() == ConstraintField.COLOR_SPACES
          && entry != null
          && speaksOf(entry, format)) {
        entry.colorSpaces().ifPresent(spaces::retainAll);
      }
    }
    if (spec.colorSpace().isPresent()
        ? !spaces.contains(spec.colorSpace().get())
        : spaces.isEmpty()) {
      return null;
    }
    for (Wish wish : enforced) {
      ImageConstraints entry = wish.entry();
      if (entry == null) {
        if (wish.field() == ConstraintField.STRIDE_ALIGNMENT) {
          rules.add(strides(wish.of()));
        }
      } else if (speaksOf(entry, format)) {
        rules.add(new Rule(entry, wish.field()));
      }
    }
    return pictures
        .computeIfAbsent(
            List.of(format, modifier, rules),
            key -> Optional.ofNullable(picture(spec, format, modifier, rules)))
        .map(picture -> picture.in(spec.colorSpace().or(() -> first(spaces))))
        .orElse(null);
  }

  /** The first in the order of the constants; empty if nothing was asked. */
  private static Optional<ColorSpace> first(EnumSet<ColorSpace> spaces) {
    return spaces.size() == ColorSpace.values().length
        ? Optional.empty()
        : spaces.stream().findFirst();
  }

  private static boolean speaksOf(ImageConstraints entry, PixelFormat format) {
    return entry.formats().isEmpty() || entry.formats().get().contains(format);
  }

  private static Rule strides(Constraints of) {
    return new Rule(
        ImageConstraints.builder().strideAlignment(of.strideAlignmentBytes()).build(), null);
  }

  private static @Nullable Picture picture(
      ImageSpec spec, PixelFormat format, Modifier modifier, Set<Rule> rules) {
    for (Rule rule : rules) {
      if (spec.width() % rule.number(ConstraintField.DISPLAY_WIDTH_ALIGNMENT) != 0
          || spec.height() % rule.number(ConstraintField.DISPLAY_HEIGHT_ALIGNMENT) != 0) {
        return null;
      }
    }
    Picture own = lay(spec.width(), spec.height(), format, modifier, rules);
    if (own == null) {
      return null;
    }
    long size = own.sizeBytes();
    for (Rule rule : rules) {
      for (ImageSize each : rule.required()) {
        Picture other = lay(each.width(), each.height(), format, modifier, rules);
        if (other == null) {
          return null;
        }
        size = Math.max(size, other.sizeBytes());
      }
    }
    return new Picture(
        format,
        modifier,
        own.width(),
        own.height(),
        own.strides(),
        own.offsets(),
        size,
        Optional.empty());
  }

  /** The first number that all rules take. */
  private static OptionalLong first(long from, java.util.function.LongPredicate taken) {
    for (long value = from; value < from + SEARCHED; value++) {
      if (taken.test(value)) {
        return OptionalLong.of(value);
      }
    }
    return OptionalLong.empty();
  }

  private static boolean multiples(long value, Set<Rule> rules, ConstraintField field) {
    for (Rule rule : rules) {
      if (value % rule.number(field) != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean within(
      long value, Set<Rule> rules, ConstraintField least, ConstraintField most) {
    for (Rule rule : rules) {
      if (value < rule.number(least) || value > rule.number(most)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Picture lay(
      int shownWidth, int shownHeight, PixelFormat format, Modifier modifier, Set<Rule> rules) {
    // No bound: what is over the maximum is never found.
    OptionalLong width =
        first(
            shownWidth,
            value ->
                within(value, rules, ConstraintField.MIN_WIDTH, ConstraintField.MAX_WIDTH)
                    && multiples(value, rules, ConstraintField.WIDTH_ALIGNMENT));
    OptionalLong height =
        first(
            shownHeight,
            value ->
                within(value, rules, ConstraintField.MIN_HEIGHT, ConstraintField.MAX_HEIGHT)
                    && multiples(value, rules, ConstraintField.HEIGHT_ALIGNMENT));
    if (width.isEmpty() || height.isEmpty()) {
      return null;
    }
    long pixels = width.getAsLong() * height.getAsLong();
    long padding = 0;
    long overRead = 0;
    for (Rule rule : rules) {
      if (pixels > rule.number(ConstraintField.MAX_PIXELS)) {
        return null;
      }
      padding = Math.max(padding, rule.number(ConstraintField.VERTICAL_PADDING));
      overRead = Math.max(overRead, rule.number(ConstraintField.OVER_READ));
    }
    long across =
        first(width.getAsLong(), value -> multiples(value, rules, ConstraintField.BLOCK_WIDTH))
            .orElseThrow();
    long down =
        padding
            + first(
                    height.getAsLong(),
                    value -> multiples(value, rules, ConstraintField.BLOCK_HEIGHT))
                .orElseThrow();
    long stride = 1;
    while (!stridesServe(stride, across, format, modifier, rules)) {
      if (++stride > SEARCHED) {
        return null;
      }
    }
    List<Long> strides = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    long end = 0;
    for (int plane = 0; plane < format.planes().size(); plane++) {
      PixelFormat.Plane shape = format.planes().get(plane);
      long its = stride(stride, format, plane).orElseThrow();
      long lines = 0;
      while (lines * shape.rowsPerLine() < down || lines % modifier.tileLines(format, plane) != 0) {
        lines++;
      }
      long tile = (long) modifier.tileBytes(format, plane) * modifier.tileLines(format, plane);
      long offset =
          first(
                  end,
                  value ->
                      multiples(value, rules, ConstraintField.PLANE_OFFSET_ALIGNMENT)
                          && value % tile == 0
                          && value % word(format) == 0
                          && (value > 0
                              || multiples(value, rules, ConstraintField.START_OFFSET_ALIGNMENT)))
              .orElseThrow();
      strides.add(its);
      offsets.add(offset);
      end = offset + its * lines;
    }
    return new Picture(
        format,
        modifier,
        width.getAsLong(),
        height.getAsLong(),
        strides,
        offsets,
        end + overRead,
        Optional.empty());
  }

  /** A plane's stride as V4L2 derives it: a row of the same pixels as the first's; empty if odd. */
  private static OptionalLong stride(long first, PixelFormat format, int plane) {
    PixelFormat.Plane luma = format.planes().get(0);
    PixelFormat.Plane its = format.planes().get(plane);
    // Pixels of a row = stride / bytesPerGroup * pixelsPerGroup, the same in all planes.
    long times = first * luma.pixelsPerGroup() * its.bytesPerGroup();
    long by = (long) luma.bytesPerGroup() * its.pixelsPerGroup();
    return times % by == 0 ? OptionalLong.of(times / by) : OptionalLong.empty();
  }

  /** The bytes of a word in memory: of a pixel or of a sample, whichever is loaded as a whole. */
  private static int word(PixelFormat format) {
    return switch (format) {
      case RGB565, P012 -> 2;
      case YUYV, XRGB8888, ARGB2101010 -> 4;
      case Y210 -> 8;
      default -> 1;
    };
  }

  private static boolean stridesServe(
      long first, long across, PixelFormat format, Modifier modifier, Set<Rule> rules) {
    if (!within(first, rules, ConstraintField.MIN_STRIDE, ConstraintField.MAX_STRIDE)
        || !multiples(first, rules, ConstraintField.FIRST_STRIDE_ALIGNMENT)) {
      return false;
    }
    for (int plane = 0; plane < format.planes().size(); plane++) {
      PixelFormat.Plane shape = format.planes().get(plane);
      OptionalLong stride = stride(first, format, plane);
      if (stride.isEmpty()
          || stride.getAsLong() % modifier.tileBytes(format, plane) != 0
          || stride.getAsLong() % word(format) != 0
          || !multiples(stride.getAsLong(), rules, ConstraintField.STRIDE_ALIGNMENT)
          || stride.getAsLong() / shape.bytesPerGroup() * shape.pixelsPerGroup() < across) {
        return false;
      }
    }
    return true;
  }

  // ---- Wishes ----

  private static List<Wish> wishes(Constraints of) {
    List<Wish> wishes = new ArrayList<>();
    for (Constraints.Preference preference : of.preferences()) {
      wishes.addAll(fields(preference.wishes(), preference.weight()));
    }
    // Each field that some usage prefers, once.
    Set<Wish> used = new LinkedHashSet<>();
    of.usages().forEach(usage -> used.addAll(fieldsAlone(usage.wishes())));
    wishes.addAll(used);
    return wishes;
  }

  private static List<Wish> fieldsAlone(Constraints wished) {
    List<Wish> alone = new ArrayList<>();
    for (Wish wish : fields(wished, dev.dmabroker.spec.Usage.WEIGHT)) {
      ConstraintsBuilder of = Constraints.builder();
      switch (wish.field()) {
        case CPU_REACH -> of.cpuReach();
        case CACHING -> of.caching(wished.caching());
        case SPEED -> of.speed(wished.speed());
        default -> throw new AssertionError("a usage wishes for " + wish.field());
      }
      alone.add(new Wish(wish.field(), of.build(), null, wish.weight()));
    }
    return alone;
  }

  private static List<Wish> fields(Constraints wished, int weight) {
    List<Wish> wishes = new ArrayList<>();
    Set<ConstraintField> fields = new LinkedHashSet<>(wished.fields());
    fields.removeIf(ConstraintField::isImage);
    fields.remove(ConstraintField.DEVICE_ACCESS); // The default is no wish.
    fields.remove(ConstraintField.PEER_TO_PEER); // Asks for nothing when it is declared.
    if (wished.coherency().equals(Set.of(Coherency.CPU, Coherency.RAM))) {
      fields.remove(ConstraintField.COHERENCY); // The default is no wish.
    }
    if (wished.strideAlignmentBytes() > 1) {
      fields.add(ConstraintField.STRIDE_ALIGNMENT);
    }
    fields.forEach(field -> wishes.add(new Wish(field, wished, null, weight)));
    for (ImageConstraints entry : wished.images()) {
      List<ConstraintField> its = new ArrayList<>();
      if (entry.modifiers().isPresent()
          && !entry.modifiers().get().equals(Set.of(Modifier.LINEAR))) { // The default is no wish.
        its.add(ConstraintField.MODIFIERS);
      }
      if (entry.colorSpaces().isPresent()) {
        its.add(ConstraintField.COLOR_SPACES);
      }
      if (!entry.requiredSizes().isEmpty()) {
        its.add(ConstraintField.REQUIRED_SIZES);
      }
      EnumSet.range(ConstraintField.MIN_WIDTH, ConstraintField.VERTICAL_PADDING).stream()
          .filter(field -> entry.number(field) != NEUTRAL.number(field))
          .forEach(its::add);
      if (its.isEmpty() && entry.formats().isPresent()) {
        its.add(ConstraintField.FORMATS);
      }
      its.forEach(field -> wishes.add(new Wish(field, wished, entry, weight)));
    }
    return wishes;
  }

  private boolean isMet(Wish wish, HeapInfo heap, Picture picture, long needed, Coherency domain) {
    Constraints of = wish.of();
    ImageConstraints entry = wish.entry();
    if (entry == null) {
      return switch (wish.field()) {
        case MIN_SIZE -> needed >= of.minSizeBytes();
        case MAX_SIZE -> needed <= of.maxSizeBytes();
        case MAX_SEGMENTS ->
            segmentsFit(
                heap.traits(),
                of.maxSegments(),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                rounded(heap, needed));
        case MAX_SEGMENT_SIZE, SEGMENT_BOUNDARY -> true; // Nothing without a number of them.
        case COHERENCY -> of.coherency().contains(domain);
        case STRIDE_ALIGNMENT ->
            picture.strides().stream().allMatch(each -> each % of.strideAlignmentBytes() == 0);
        default -> meets(heap, "any", of, wish.field());
      };
    }
    PixelFormat format = picture.format();
    return format == null
        || (wish.field() == ConstraintField.FORMATS
            ? speaksOf(entry, format)
            : !speaksOf(entry, format) || isMet(wish, entry, format, picture, needed));
  }

  private boolean isMet(
      Wish wish, ImageConstraints entry, PixelFormat format, Picture picture, long needed) {
    ImageSpec spec = (ImageSpec) problem.spec();
    ConstraintField field = wish.field();
    switch (field) {
      case MODIFIERS -> {
        return entry.modifiers().orElseThrow().contains(picture.modifier());
      }
      case COLOR_SPACES -> {
        return picture.colorSpace().map(entry.colorSpaces().orElseThrow()::contains).orElse(true);
      }
      case REQUIRED_SIZES -> {
        for (ImageSize size : entry.requiredSizes()) {
          Picture other = lay(size.width(), size.height(), format, picture.modifier(), Set.of());
          if (other == null || other.sizeBytes() > needed) {
            return false;
          }
        }
        return true;
      }
      default -> {}
    }
    long number = entry.number(field);
    return switch (field) {
      case MIN_WIDTH -> picture.width() >= number;
      case MAX_WIDTH -> picture.width() <= number;
      case MIN_HEIGHT -> picture.height() >= number;
      case MAX_HEIGHT -> picture.height() <= number;
      case MAX_PIXELS -> picture.width() * picture.height() <= number;
      case WIDTH_ALIGNMENT -> picture.width() % number == 0;
      case HEIGHT_ALIGNMENT -> picture.height() % number == 0;
      case DISPLAY_WIDTH_ALIGNMENT -> spec.width() % number == 0;
      case DISPLAY_HEIGHT_ALIGNMENT -> spec.height() % number == 0;
      case MIN_STRIDE -> picture.strides().get(0) >= number;
      case MAX_STRIDE -> picture.strides().get(0) <= number;
      case STRIDE_ALIGNMENT -> picture.strides().stream().allMatch(each -> each % number == 0);
      case FIRST_STRIDE_ALIGNMENT -> picture.strides().get(0) % number == 0;
      case START_OFFSET_ALIGNMENT -> picture.offsets().get(0) % number == 0;
      case PLANE_OFFSET_ALIGNMENT ->
          picture.offsets().stream().allMatch(each -> each % number == 0);
      case BLOCK_WIDTH -> holds(picture, format, up(picture.width(), number), 0, 0, needed);
      case BLOCK_HEIGHT -> holds(picture, format, 0, up(picture.height(), number), 0, needed);
      case VERTICAL_PADDING -> holds(picture, format, 0, picture.height() + number, 0, needed);
      case OVER_READ -> holds(picture, format, 0, picture.height(), number, needed);
      default -> throw new AssertionError("no wish for " + field);
    };
  }

  private static long up(long from, long step) {
    long value = from;
    while (value % step != 0) {
      value++;
    }
    return value;
  }

  /** Whether each plane has so many pixels across, and so many rows down in whole tiles. */
  private static boolean holds(
      Picture picture, PixelFormat format, long across, long down, long after, long needed) {
    for (int i = 0; i < format.planes().size(); i++) {
      PixelFormat.Plane shape = format.planes().get(i);
      boolean last = i == format.planes().size() - 1;
      long end = last ? needed - after : picture.offsets().get(i + 1);
      long stride = picture.strides().get(i);
      long lines =
          up(
              up(down, shape.rowsPerLine()) / shape.rowsPerLine(),
              picture.modifier().tileLines(format, i));
      if (stride / shape.bytesPerGroup() * shape.pixelsPerGroup() < across
          || picture.offsets().get(i) + lines * stride > end) {
        return false;
      }
    }
    return true;
  }
}
