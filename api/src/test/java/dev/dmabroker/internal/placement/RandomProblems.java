package dev.dmabroker.internal.placement;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.AddressRange;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.InvalidConstraintException;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Makes heaps, devices and pictures at random, with small values that often collide. */
public final class RandomProblems {
  public static final List<PixelFormat> FORMATS =
      List.of(
          PixelFormat.GREY,
          PixelFormat.YUYV,
          PixelFormat.RGB565,
          PixelFormat.NV12,
          PixelFormat.YUV420,
          PixelFormat.YUV410,
          PixelFormat.RGB24,
          PixelFormat.XRGB8888,
          PixelFormat.Y210,
          PixelFormat.P012,
          PixelFormat.ARGB2101010);
  public static final List<Modifier> MODIFIERS =
      List.of(
          Modifier.LINEAR,
          Modifier.LINEAR,
          Modifier.NVIDIA_TEGRA_TILED,
          Modifier.SAMSUNG_16_16_TILE,
          Modifier.VIVANTE_TILED,
          Modifier.ALLWINNER_TILED,
          Modifier.I915_X_TILED);
  private static final List<Set<Coherency>> DOMAINS =
      List.of(
          Set.of(Coherency.CPU),
          Set.of(Coherency.RAM),
          Set.of(Coherency.CPU, Coherency.RAM),
          Set.of(Coherency.RAM, Coherency.INACCESSIBLE),
          Set.of(Coherency.CPU, Coherency.RAM, Coherency.INACCESSIBLE),
          Set.of(Coherency.INACCESSIBLE));

  private final SplittableRandom random;

  public RandomProblems(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A device that asks what it is given. */
  record Asker(
      String name, List<Constraints> asked, List<Alternative> alternatives, boolean isDispensable)
      implements Participant {
    Asker(Alternatives maker, String name, boolean dispensable, List<Constraints> asked) {
      this(name, asked, asked.stream().map(each -> maker.make(name, each)).toList(), dispensable);
    }

    @Override
    public User user() {
      return new User(name, asked.get(0), Access.READ);
    }
  }

  /** Something to place. */
  record Problem(HeapTable table, BufferSpec spec, List<Asker> devices, boolean counting) {
    Solution solve() {
      return Solver.solve(table, Target.of(spec), devices, counting);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(spec + (counting ? ", counting" : ""));
      devices.forEach(
          each ->
              text.append("\n  ")
                  .append(each.name())
                  .append(each.isDispensable() ? " (dispensable)" : "")
                  .append(": ")
                  .append(each.asked()));
      for (int i = 0; i < table.size(); i++) {
        text.append("\n  ").append(table.info(i).name()).append(": ");
        table
            .info(i)
            .traits()
            .all()
            .forEach((name, trait) -> text.append(name).append('=').append(trait).append(' '));
      }
      return text.toString();
    }
  }

  /** How much is asked. */
  enum Taste {
    /** Little, so that most can be had. */
    EASY(0.05),
    /** Every field now and then. */
    MIXED(0.12),
    /** Everything at once. */
    GREEDY(0.4);

    private final double often;

    Taste(double often) {
      this.often = often;
    }
  }

  SplittableRandom random() {
    return random;
  }

  private boolean chance(double often) {
    return random.nextDouble() < often;
  }

  @SafeVarargs
  private <T> T any(T... of) {
    return of[random.nextInt(of.length)];
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private <T> Trait<T> trait(double known, T value) {
    return chance(known) ? Trait.declared(value) : Trait.unknown("random");
  }

  /** A problem with so few wishes about pictures that every set of them can be looked at. */
  Problem problem(Taste taste) {
    Problem problem;
    do {
      problem = anyProblem(taste);
    } while (shapingWishes(problem) > 8);
    return problem;
  }

  private static long shapingWishes(Problem problem) {
    long most = 0;
    for (Asker device : problem.devices()) {
      most +=
          device.alternatives().stream()
              .mapToLong(each -> each.wishes().stream().filter(w -> w.wish().shapes()).count())
              .max()
              .orElseThrow();
    }
    return most;
  }

  private Problem anyProblem(Taste taste) {
    HeapTable table = table(1 + random.nextInt(5));
    Alternatives maker = new Alternatives(table);
    List<Asker> devices = new ArrayList<>();
    int count = 2 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      List<Constraints> alternatives = new ArrayList<>();
      int some = chance(0.6) ? 1 : 2 + random.nextInt(2);
      for (int j = 0; j < some; j++) {
        alternatives.add(constraints(taste));
      }
      devices.add(new Asker(maker, "device" + i, chance(0.25), alternatives));
    }
    return new Problem(table, spec(), devices, chance(0.5));
  }

  HeapTable table(int heaps) {
    List<HeapAccount> accounts = new ArrayList<>();
    for (int i = 0; i < heaps; i++) {
      accounts.add(
          new HeapAccount(
              new PaperHeap(
                  "heap" + i, chance(0.5) ? "dma-heap" : "other", "alias" + i, traits())));
    }
    return new HeapTable(accounts);
  }

  private HeapTraits traits() {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .contiguous(trait(0.9, chance(0.6)))
            .addressBits(trait(0.9, any(12, 16, 20)))
            .alignmentBytes(trait(0.9, any(1L, 4L, 16L, 64L)))
            .maxSizeBytes(trait(0.3, any(256L, 1024L, 100_000L)))
            .capacityBytes(trait(0.3, any(512L, 4096L, 100_000L)))
            .cached(trait(0.9, chance(0.6)))
            .cpuReach(trait(0.9, chance(0.8)))
            .deviceAccess(trait(0.95, chance(0.9)))
            .speed(trait(0.9, any(MemorySpeed.values())))
            .granuleBytes(trait(0.7, any(1L, 16L, 64L, 256L)))
            .lowestAddress(trait(0.3, any(0L, 256L, 1024L)))
            .secure(trait(0.9, chance(0.2)))
            .numaNode(trait(0.8, any(0, 1)));
    if (chance(0.6)) {
      traits.coherency(trait(0.9, any(DOMAINS)));
    }
    if (chance(0.15)) {
      traits.deviceLocal(Trait.declared(any("gpu", "device0", "device1")));
    }
    return traits.build();
  }

  public BufferSpec spec() {
    if (chance(0.25)) {
      return BlobSpec.of(1 + random.nextInt(600));
    }
    PixelFormat[] others = new PixelFormat[random.nextInt(3)];
    for (int i = 0; i < others.length; i++) {
      others[i] = any(FORMATS);
    }
    ImageSpec spec =
        ImageSpec.of(1 + random.nextInt(12), 1 + random.nextInt(8), any(FORMATS), others);
    return chance(0.4)
        ? spec.toBuilder().colorSpace(any(ColorSpace.SRGB, ColorSpace.REC709)).build()
        : spec;
  }

  /** Constraints, wishes included. */
  Constraints constraints(Taste taste) {
    while (true) {
      try {
        ConstraintsBuilder asked = memory(taste.often, true);
        if (chance(0.5)) {
          int entries = 1 + random.nextInt(3);
          for (int i = 0; i < entries; i++) {
            entry(asked, image(taste.often, chance(0.35), MODIFIERS));
          }
        }
        while (chance(0.35)) {
          ConstraintsBuilder wishes = memory(0.08, false);
          if (chance(0.6)) {
            entry(wishes, image(0.12, chance(0.5), MODIFIERS.subList(2, MODIFIERS.size())));
          }
          asked.prefer(1 + random.nextInt(150), wishes.build());
        }
        while (chance(0.25)) {
          asked.usage(any(Usage.values()));
        }
        return asked.build();
      } catch (InvalidConstraintException e) {
        // Contradicts itself: another try.
      }
    }
  }

  private static void entry(ConstraintsBuilder asked, @Nullable ImageConstraints image) {
    if (image != null) {
      asked.image(image);
    }
  }

  private ConstraintsBuilder memory(double often, boolean counts) {
    ConstraintsBuilder asked = Constraints.builder();
    List<Runnable> setters =
        List.of(
            asked::contiguous,
            asked::cpuReach,
            () -> asked.addressBits(any(12, 16, 20, 32)),
            () -> asked.addressRanges(ranges()),
            () -> asked.alignment(any(2L, 4L, 16L, 32L, 128L)),
            () -> asked.minSize(any(100, 300, 1024, 5000)),
            () -> asked.maxSize(any(100, 300, 1024, 5000)),
            () -> segments(asked),
            () -> segments(asked),
            () -> asked.coherency(any(DOMAINS).toArray(Coherency[]::new)),
            asked::secure,
            () -> asked.permittedHeaps(any("heap0", "alias1"), any("heap1", "alias0", "heap2")),
            () -> asked.forbiddenHeaps(any("heap0", "alias1", "heap2")),
            () -> asked.permittedHeapTypes("dma-heap"),
            () -> asked.forbiddenHeapTypes(any("dma-heap", "none")),
            () -> asked.caching(any(Caching.CACHED, Caching.UNCACHED)),
            () -> asked.numaNode(any(0, 1)),
            () -> asked.speed(any(MemorySpeed.NORMAL, MemorySpeed.FAST)),
            () -> asked.strideAlignment(any(2, 3, 8, 16)));
    setters.stream().filter(each -> chance(often)).forEach(Runnable::run);
    if (chance(0.5)) {
      asked.peerToPeer();
    }
    if (counts) {
      if (chance(0.3)) {
        asked.cpuOnly();
      }
      List.<Runnable>of(
              () -> asked.camping(random.nextInt(4)),
              () -> asked.dedicatedSlack(random.nextInt(3)),
              () -> asked.sharedSlack(random.nextInt(3)),
              () -> asked.minCount(1 + random.nextInt(6)),
              () -> asked.maxCount(2 + random.nextInt(6)))
          .stream()
          .filter(each -> chance(often))
          .forEach(Runnable::run);
    }
    return asked;
  }

  private void segments(ConstraintsBuilder asked) {
    try {
      asked.maxSegments(any(1, 2, 5, 20));
      if (chance(0.5)) {
        asked.maxSegmentSize(any(16L, 64L, 1024L));
      }
      if (chance(0.5)) {
        asked.segmentBoundary(any(16L, 64L, 256L));
      }
    } catch (IllegalStateException e) {
      // Set already.
    }
  }

  private AddressRange[] ranges() {
    AddressRange[] ranges = new AddressRange[1 + random.nextInt(2)];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = new AddressRange(any(0L, 0L, 256L), any(0xfffL, 0xffffL, 0xfffffL));
    }
    return ranges;
  }

  /** An entry; null if what came up contradicts itself. */
  public @Nullable ImageConstraints image(
      double often, boolean wildcard, List<Modifier> modifiers) {
    try {
      ImageConstraintsBuilder asked =
          wildcard
              ? ImageConstraints.builder()
              : ImageConstraints.builder().formats(any(FORMATS), any(FORMATS));
      if (chance(0.12)) {
        asked.anyModifier();
      } else if (chance(0.4)) {
        asked.modifiers(any(modifiers), any(MODIFIERS));
      }
      List.<Runnable>of(
              () -> asked.colorSpaces(any(ColorSpace.SRGB, ColorSpace.REC709), ColorSpace.RAW),
              () -> asked.minSize(1 + random.nextInt(12), 1 + random.nextInt(8)),
              () -> asked.maxSize(any(8, 12, 16, 48), any(6, 8, 16, 24)),
              () ->
                  asked.requiredSizes(
                      ImageSize.of(any(1, 8, 12), any(1, 4, 6)), ImageSize.of(6, 8)),
              () -> asked.maxPixels(any(64, 100, 500)),
              () -> asked.sizeAlignment(any(1, 2, 3, 4, 8), any(1, 2, 3, 4)),
              () -> asked.displayAlignment(any(1, 2, 3), any(1, 2)),
              () -> asked.minStride(any(10, 16, 40)),
              () -> asked.maxStride(any(24, 48, 64, 512, 1024)),
              () -> asked.strideAlignment(any(2, 3, 4, 6, 16)),
              () -> asked.firstStrideAlignment(any(2, 3, 4, 6, 16)),
              () -> asked.startOffsetAlignment(any(4, 64)),
              () -> asked.planeOffsetAlignment(any(4, 6, 32)),
              () -> asked.blockPadding(any(1, 4, 6, 16), any(1, 2, 3, 16)),
              () -> asked.overRead(any(0, 1, 64)),
              () -> asked.verticalPadding(any(0, 1, 2, 5)))
          .stream()
          .filter(each -> chance(often))
          .forEach(Runnable::run);
      return asked.build();
    } catch (InvalidConstraintException e) {
      return null;
    }
  }

  /** A heap of which only the description matters. */
  private record PaperHeap(String name, String type, Set<String> aliases, HeapTraits traits)
      implements Heap {
    PaperHeap(String name, String type, String alias, HeapTraits traits) {
      this(name, type, Set.of(alias), traits);
    }

    @Override
    public Backing allocate(Request request) throws HeapException {
      throw new HeapException(HeapException.Kind.FULL, "on paper only");
    }

    @Override
    public void close() {}
  }
}
