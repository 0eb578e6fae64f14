package dev.dmabroker.internal.placement;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Conflict;
import dev.dmabroker.Conflict.Change;
import dev.dmabroker.Conflict.Clause;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.RandomProblems.Asker;
import dev.dmabroker.internal.placement.RandomProblems.Problem;
import dev.dmabroker.internal.placement.RandomProblems.Taste;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ConstraintField;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageConstraintsBuilder;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.Modifiers;
import dev.dmabroker.testing.StubHeap;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why nothing fits: that what is said is so, and that no less would do. */
@Tag("arithmetic")
class ExplanationTest {
  /** Sets of clauses that are looked at to show that there is no smaller one. */
  private static final int MOST_SETS = 400;

  private static final Constraints ANYTHING =
      ConstraintViews.get().only(Constraints.none(), ConstraintField.CONTIGUOUS);

  /** A problem and all that its devices ask, field by field. */
  private static final class Case {
    final Problem problem;
    final Alternatives maker;
    final Map<String, Asker> parts = new LinkedHashMap<>();

    Case(Problem problem) {
      this.problem = problem;
      this.maker = new Alternatives(problem.table());
      for (Asker device : problem.devices()) {
        if (device.isDispensable()) {
          continue;
        }
        if (device.asked().size() > 1) {
          parts.put(device.name() + " alternatives", device);
          continue;
        }
        Constraints asked = device.asked().get(0);
        Set<ConstraintField> fields = EnumSet.copyOf(asked.fields());
        fields.remove(ConstraintField.MAX_SEGMENT_SIZE);
        fields.remove(ConstraintField.SEGMENT_BOUNDARY);
        for (ConstraintField field : fields) {
          parts.put(
              device.name() + " " + field,
              part(device.name(), ConstraintViews.get().only(asked, field)));
        }
      }
    }

    private Asker part(String name, Constraints asked) {
      return new Asker(maker, name, /* dispensable= */ false, List.of(asked));
    }

    Solution solve(List<Asker> asked) {
      return new Problem(
              problem.table(),
              problem.spec(),
              asked.isEmpty() ? List.of(part("anybody", ANYTHING)) : asked,
              problem.counting())
          .solve();
    }

    boolean fits(List<Asker> asked) {
      return solve(asked).isPossible();
    }

    Conflict conflict() {
      return Explanation.of(
              problem.table(), Target.of(problem.spec()), problem.devices(), problem.counting())
          .conflict();
    }

    static String key(Clause clause) {
      return clause.device() + " " + clause.field();
    }

    List<Asker> only(Set<String> keys) {
      List<Asker> asked = new ArrayList<>();
      parts.forEach(
          (key, part) -> {
            if (keys.contains(key)) {
              asked.add(part);
            }
          });
      assertEquals(keys.size(), asked.size(), () -> keys + " of " + parts.keySet());
      return asked;
    }

    List<Asker> without(Set<String> keys) {
      Set<String> rest = new HashSet<>(parts.keySet());
      rest.removeAll(keys);
      return only(rest);
    }

    /** All sets of so many clauses; empty if there are too many. */
    List<Set<String>> sets(int size) {
      List<Set<String>> sets = new ArrayList<>();
      collect(new ArrayList<>(parts.keySet()), 0, size, new HashSet<>(), sets);
      return sets.size() > MOST_SETS ? List.of() : sets;
    }

    private static void collect(
        List<String> keys, int from, int size, Set<String> chosen, List<Set<String>> sets) {
      if (size == 0) {
        sets.add(Set.copyOf(chosen));
        return;
      }
      for (int i = from; i < keys.size() && sets.size() <= MOST_SETS; i++) {
        chosen.add(keys.get(i));
        collect(keys, i + 1, size - 1, chosen, sets);
        chosen.remove(keys.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void whatIsSaidIsSo(Taste taste) {
    int cases = taste == Taste.GREEDY ? 50 : 150; // Many clauses take long.
    int explained = 0;
    int relaxed = 0;
    for (long seed = 0; explained < cases; seed++) {
      Problem problem = new RandomProblems(seed).problem(taste);
      if (problem.solve().isPossible()
          || problem.devices().stream().allMatch(Asker::isDispensable)) {
        continue;
      }
      explained++;
      Case of = new Case(problem);
      Conflict conflict = of.conflict();
      String at = "seed " + seed + " " + taste + ": " + conflict + "\n" + problem;
      if (conflict.clauses().isEmpty()) {
        assertFalse(of.fits(List.of()), at);
        assertEquals(List.of(), conflict.relaxations(), at);
        continue;
      }
      checkClauses(of, conflict, at);
      checkRelaxations(of, conflict, at);
      relaxed += conflict.relaxations().size();
    }
    assertTrue(relaxed >= cases / 2, relaxed + " relaxations");
  }

  private static void checkClauses(Case of, Conflict conflict, String at) {
    Set<String> clauses = new HashSet<>();
    conflict.clauses().forEach(each -> clauses.add(Case.key(each)));
    assertEquals(clauses.size(), conflict.clauses().size(), at);
    assertFalse(of.fits(of.only(clauses)), at);
    for (String clause : clauses) {
      Set<String> rest = new HashSet<>(clauses);
      rest.remove(clause);
      assertTrue(of.fits(of.only(rest)), () -> "without " + clause + "; " + at);
    }
    assertTrue(conflict.smallest() || of.parts.size() > 12, at);
    for (int size = 0; conflict.smallest() && size < clauses.size(); size++) {
      for (Set<String> smaller : of.sets(size)) {
        assertTrue(of.fits(of.only(smaller)), () -> smaller + " conflict too; " + at);
      }
    }
  }

  private static void checkRelaxations(Case of, Conflict conflict, String at) {
    assertTrue(conflict.relaxations().size() <= 5, at);
    assertTrue(!conflict.relaxations().isEmpty() || of.parts.size() > 12, at);
    assertEquals(conflict.relaxations().size(), Set.copyOf(conflict.relaxations()).size(), at);
    for (Conflict.Relaxation relaxation : conflict.relaxations()) {
      assertEquals(conflict.relaxations().get(0).changes().size(), relaxation.changes().size(), at);
      Set<String> dropped = new HashSet<>();
      relaxation.changes().forEach(each -> dropped.add(Case.key(each.clause())));
      int heap = of.problem.table().numberOf(relaxation.heap());
      List<Asker> changed = new ArrayList<>(of.without(dropped));
      assertTrue(of.solve(changed).choice(heap) != null, () -> relaxation + " dropped; " + at);
      for (Change change : relaxation.changes()) {
        changed.add(of.part(change.clause().device(), changed(of, change)));
      }
      assertTrue(of.solve(changed).choice(heap) != null, () -> relaxation + " applied; " + at);
    }
    for (int size = 0;
        !conflict.relaxations().isEmpty() && size < conflict.relaxations().get(0).changes().size();
        size++) {
      for (Set<String> fewer : of.sets(size)) {
        assertFalse(of.fits(of.without(fewer)), () -> "so would " + fewer + "; " + at);
      }
    }
  }

  /** What a device would ask that did what the change says. */
  private static Constraints changed(Case of, Change change) {
    String instead = change.instead();
    Asker part = of.only(Set.of(Case.key(change.clause()))).get(0);
    String last = instead.substring(instead.lastIndexOf(' ') + 1);
    if (instead.equals("not asked")
        || instead.equals("declared")
        || instead.equals("waived by cpuOnly()")
        || instead.startsWith("not to forbid ")) {
      return ANYTHING;
    }
    if (instead.startsWith("to permit ")) {
      last = instead.substring("to permit ".length(), instead.length() - " too".length());
    }
    String value = last;
    Constraints asked = part.asked().get(0);
    ConstraintsBuilder builder = Constraints.builder().peerToPeer();
    UnaryOperator<ImageConstraintsBuilder> image = UnaryOperator.identity();
    boolean coherent = true;
    boolean named = false;
    switch (field(change.clause().field())) {
      case ADDRESS_BITS -> builder.addressBits(Integer.parseInt(value));
      case ALIGNMENT -> builder.alignment(Long.parseLong(value));
      case MAX_SIZE -> builder.maxSize(Long.parseLong(value));
      case MAX_COUNT -> builder.maxCount(Integer.parseInt(value));
      case SPEED -> builder.speed(MemorySpeed.valueOf(value));
      case PERMITTED_HEAPS -> builder.permittedHeaps(value);
      case PERMITTED_HEAP_TYPES -> builder.permittedHeapTypes(value);
      case COHERENCY -> {
        Set<Coherency> domains = EnumSet.copyOf(asked.coherency());
        domains.add(Coherency.valueOf(value));
        builder.coherency(domains.toArray(Coherency[]::new));
        coherent = false;
      }
      case MAX_STRIDE -> image = each -> each.maxStride(Long.parseLong(value));
      case MAX_WIDTH -> image = each -> each.maxSize(Integer.parseInt(value), Integer.MAX_VALUE);
      case MAX_HEIGHT -> image = each -> each.maxSize(Integer.MAX_VALUE, Integer.parseInt(value));
      case MAX_PIXELS -> image = each -> each.maxPixels(Long.parseLong(value));
      case COLOR_SPACES -> image = each -> each.colorSpaces(ColorSpace.valueOf(value));
      case FORMATS -> {
        builder.image(ImageConstraints.builder().formats(PixelFormat.valueOf(value)).anyModifier());
        named = true;
      }
      case MODIFIERS -> {
        builder.image(ImageConstraints.builder().modifiers(Modifiers.named(value)));
        named = true;
      }
      default -> throw new AssertionError("no way to apply " + change);
    }
    if (coherent) {
      builder.coherency(Coherency.values());
    }
    if (!named) {
      builder.image(image.apply(ImageConstraints.builder().anyModifier()));
    }
    return ConstraintViews.get().only(builder.build(), field(change.clause().field()));
  }

  private static ConstraintField field(String label) {
    for (ConstraintField field : ConstraintField.values()) {
      if (field.label().equals(label)) {
        return field;
      }
    }
    throw new AssertionError("no field " + label);
  }

  // ---- By hand ----

  private static HeapTraitsBuilder memory(boolean contiguous, int bits) {
    return HeapTraits.builder()
        .contiguous(Trait.declared(contiguous))
        .addressBits(Trait.declared(bits))
        .alignmentBytes(Trait.declared(4096L))
        .cached(Trait.declared(true))
        .cpuReach(Trait.declared(true))
        .deviceAccess(Trait.declared(true));
  }

  private static HeapTable heaps() {
    return new HeapTable(
        List.of(
            new HeapAccount(new StubHeap("system", memory(false, 40).build())),
            new HeapAccount(new StubHeap("cma", memory(true, 32).build()))));
  }

  private static Conflict conflict(
      HeapTable table, BufferSpec spec, Map<String, List<Constraints>> devices) {
    Alternatives maker = new Alternatives(table);
    List<Asker> participants = new ArrayList<>();
    devices.forEach(
        (name, asked) -> participants.add(new Asker(maker, name, /* dispensable= */ false, asked)));
    Case of = new Case(new Problem(table, spec, participants, /* counting= */ true));
    return of.conflict();
  }

  private static Map<String, List<Constraints>> devices(
      ConstraintsBuilder camera, ConstraintsBuilder display) {
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    devices.put("camera", List.of(camera.build()));
    devices.put("display", List.of(display.build()));
    return devices;
  }

  @Test
  void contiguousMemoryFromAHeapThatHasNone() {
    assertEquals(
        "camera's contiguous and display's permittedHeaps=[system] cannot be met together; it would"
            + " fit if camera's contiguous were not asked (in system), or if display's"
            + " permittedHeaps=[system] were to permit cma too (in cma)",
        conflict(
                heaps(),
                BlobSpec.of(100),
                devices(
                    Constraints.builder().contiguous().maxSize(5000),
                    Constraints.builder().permittedHeaps("system").addressBits(48)))
            .toString());
  }

  @Test
  void addressesOutOfReach() {
    assertEquals(
        "display's addressBits=24 cannot be met; it would fit if display's addressBits=24 were 40"
            + " (in system)",
        conflict(
                heaps(),
                BlobSpec.of(100),
                devices(Constraints.builder().cpuReach(), Constraints.builder().addressBits(24)))
            .toString());
  }

  @Test
  void aBufferOverWhatADeviceTakes() {
    assertEquals(
        "camera's maxSizeBytes=100 cannot be met; it would fit if camera's maxSizeBytes=100 were"
            + " 101 (in system)",
        conflict(
                heaps(),
                BlobSpec.of(101),
                devices(Constraints.builder().maxSize(100), Constraints.builder().minSize(50)))
            .toString());
    assertEquals(
        "camera's maxSizeBytes=100 and display's minSizeBytes=200 cannot be met together; it would"
            + " fit if camera's maxSizeBytes=100 were 200 (in system), or if display's"
            + " minSizeBytes=200 were not asked (in system)",
        conflict(
                heaps(),
                BlobSpec.of(50),
                devices(Constraints.builder().maxSize(100), Constraints.builder().minSize(200)))
            .toString());
  }

  @Test
  void formatsThatHaveNothingInCommon() {
    assertEquals(
        "camera's formats=[NV12] and display's formats=[XRGB8888] cannot be met together; it would"
            + " fit if camera's formats=[NV12] were to include XRGB8888 (in system as XRGB8888), or"
            + " if display's formats=[XRGB8888] were to include NV12 (in system as NV12)",
        conflict(
                heaps(),
                ImageSpec.of(8, 8, PixelFormat.NV12, PixelFormat.XRGB8888),
                devices(
                    Constraints.builder()
                        .image(ImageConstraints.builder().formats(PixelFormat.NV12)),
                    Constraints.builder()
                        .image(ImageConstraints.builder().formats(PixelFormat.XRGB8888))))
            .toString());
  }

  /** What an entry asks of one format must not be held against another. */
  @Test
  void whatIsAskedOfOtherFormatsIsNotTheReason() {
    assertEquals(
        "display's addressBits=24 cannot be met; it would fit if display's addressBits=24 were 40"
            + " (in system)",
        conflict(
                heaps(),
                ImageSpec.of(20, 20, PixelFormat.XRGB8888),
                devices(
                    Constraints.builder()
                        .image(ImageConstraints.builder().formats(PixelFormat.NV12).maxSize(10, 10))
                        .image(ImageConstraints.builder().formats(PixelFormat.XRGB8888)),
                    Constraints.builder().addressBits(24)))
            .toString());
  }

  @Test
  void whatIsAskedOfThisFormatIsTheReasonWhereverItStands() {
    String expected =
        "camera's maxWidth=10 cannot be met; it would fit if camera's maxWidth=10 were 20 (in"
            + " system)";
    ImageConstraints small =
        ImageConstraints.builder().formats(PixelFormat.NV12).maxSize(10, 30).build();
    ImageConstraints free = ImageConstraints.builder().formats(PixelFormat.XRGB8888).build();
    for (List<ImageConstraints> order : List.of(List.of(small, free), List.of(free, small))) {
      assertEquals(
          expected,
          conflict(
                  heaps(),
                  ImageSpec.of(20, 20, PixelFormat.NV12),
                  devices(
                      Constraints.builder().image(order.get(0)).image(order.get(1)),
                      Constraints.builder()))
              .toString());
    }
  }

  /** A heap that would not do for nobody may well do for a device that widens the defaults. */
  @Test
  void memoryOfADeviceThatLacksSomething() {
    HeapTable vram =
        new HeapTable(
            List.of(
                new HeapAccount(
                    new StubHeap(
                        "vram", memory(false, 40).deviceLocal(Trait.declared("gpu")).build()))));
    assertEquals(
        "camera's contiguous cannot be met; it would fit if camera's contiguous were not asked (in"
            + " vram)",
        conflict(
                vram,
                BlobSpec.of(100),
                devices(
                    Constraints.builder().peerToPeer().contiguous(),
                    Constraints.builder().peerToPeer()))
            .toString());
    assertEquals(
        "display's peerToPeer=not declared cannot be met; it would fit if display's peerToPeer=not"
            + " declared were declared (in vram)",
        conflict(
                vram,
                BlobSpec.of(100),
                devices(Constraints.builder().peerToPeer(), Constraints.builder()))
            .toString());
  }

  @Test
  void heapsThatAreTooSmallForAnybody() {
    HeapTable small =
        new HeapTable(
            List.of(
                new HeapAccount(
                    new StubHeap(
                        "small", memory(false, 40).maxSizeBytes(Trait.declared(10L)).build()))));
    Conflict conflict =
        conflict(small, BlobSpec.of(11), devices(Constraints.builder(), Constraints.builder()));
    assertEquals(FoundConflict.OF_NO_DEVICE, conflict);
    assertEquals("no heap could serve any device", conflict.toString());
  }

  /** Heap, device, field and reason against a heap of pages that gives 10,000 bytes at most. */
  private static List<String> against(long sizeBytes, boolean dispensable, Constraints asked) {
    HeapTable pages =
        new HeapTable(
            List.of(
                new HeapAccount(
                    new StubHeap(
                        "pages",
                        memory(false, 40)
                            .granuleBytes(Trait.declared(1000L))
                            .maxSizeBytes(Trait.declared(10_000L))
                            .build()))));
    Asker camera = new Asker(new Alternatives(pages), "camera", dispensable, List.of(asked));
    return Explanation.of(pages, Target.of(BlobSpec.of(sizeBytes)), List.of(camera), true)
        .passedOver()
        .stream()
        .map(each -> each.device() + " " + each.field() + ": " + each.reason())
        .toList();
  }

  @Test
  void whatADeviceHasAgainstAHeapIsSaidWithTheNumbersAndOnlyWhereItIsSo() {
    Constraints small = Constraints.builder().maxSize(5000).build();
    assertEquals(
        List.of("camera maxSizeBytes: the buffer is 5001 bytes, the device takes 5000"),
        against(5001, false, small));
    Constraints few = Constraints.builder().maxSegments(3).build();
    assertEquals(
        List.of(
            "camera maxSegments: the buffer is 3001 bytes, and memory of this heap surely falls"
                + " into 3 segments up to 3000 bytes only"),
        against(3001, false, few));
    Constraints much = Constraints.builder().minSize(10_001).build();
    assertEquals(
        List.of("camera minSizeBytes: the device needs 10001 bytes, the heap gives at most 10000"),
        against(1, false, much));
    for (Constraints asked : List.of(small, few, much)) {
      assertFalse(
          against(10_001, true, asked).stream().anyMatch(each -> each.startsWith("camera")),
          "who may be left out is not in the way");
    }
    for (long just : new long[] {3000, 5000, 10_000}) {
      Constraints asked =
          Constraints.builder()
              .minSize(just)
              .maxSize(just)
              .maxSegments((int) (just / 1000))
              .build();
      assertFalse(
          against(just, false, asked).stream().anyMatch(each -> each.startsWith("camera")),
          "all of it is just so");
    }
  }

  /** What would fit cannot be told where there are too many combinations; what is wrong can. */
  @Test
  void aWayOutThatIsTooLongToSearchIsNotOffered() {
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    devices.put("lost", List.of(Constraints.builder().permittedHeaps("nowhere").build()));
    for (int i = 0; i < 6; i++) {
      List<Constraints> alternatives = new ArrayList<>();
      for (int j = 0; j < 10; j++) {
        alternatives.add(
            Constraints.builder().minSize(1 + i + 10L * j).maxSize(5000 + i + 10L * j).build());
      }
      devices.put("many" + i, alternatives);
    }
    devices.put("tiny", List.of(Constraints.builder().maxSize(2).build()));
    Conflict conflict = conflict(heaps(), BlobSpec.of(3), devices);
    assertEquals("lost's permittedHeaps=[nowhere] cannot be met", conflict.cause());
  }

  @Test
  void alternativesAreOneClauseWithAllOfThem() {
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    devices.put(
        "camera",
        List.of(
            Constraints.builder().permittedHeaps("nowhere").build(),
            Constraints.builder().maxSize(10).build()));
    Clause clause =
        new FoundConflict.Clause(
            "camera", "alternatives", "(permittedHeaps=[nowhere]) or (maxSizeBytes=10)");
    Conflict conflict = conflict(heaps(), BlobSpec.of(11), devices);
    assertEquals(List.of(clause), conflict.clauses());
    assertEquals(
        List.of(new FoundConflict.Change(clause, "not asked")),
        conflict.relaxations().get(0).changes());
  }

  @Test
  void ofSeveralFormatsTheSmallestIsWhatHasToFit() {
    ImageSpec either = ImageSpec.of(64, 64, PixelFormat.ABGR8888, PixelFormat.RGB565);
    assertEquals(
        "camera's maxSizeBytes=100 cannot be met; it would fit if camera's maxSizeBytes=100 were"
            + " 8192 (in system as RGB565)",
        conflict(
                heaps(), either, devices(Constraints.builder().maxSize(100), Constraints.builder()))
            .toString());
    Asker small =
        new Asker(
            new Alternatives(heaps()),
            "camera",
            /* dispensable= */ false,
            List.of(Constraints.builder().maxSize(100).build()));
    assertEquals(
        "the buffer is 8192 bytes in its smallest format, RGB565, the device takes 100",
        Explanation.of(heaps(), Target.of(either), List.of(small), true)
            .passedOver()
            .get(0)
            .reason());
  }

  @Test
  void aPictureThatADeviceCannotShowIsNamedWithWhatItAsks() {
    Asker display =
        new Asker(
            new Alternatives(heaps()),
            "display",
            /* dispensable= */ false,
            List.of(
                Constraints.builder()
                    .image(ImageConstraints.builder().displayAlignment(1, 16))
                    .build()));
    assertEquals(
        new RankedPlan.PassedOver(
            "system",
            "display",
            "displayHeightAlignment",
            "the picture is 1920x1080 NV12, the device asks displayHeightAlignment 16"),
        Explanation.of(
                heaps(),
                Target.of(ImageSpec.of(1920, 1080, PixelFormat.NV12)),
                List.of(display),
                true)
            .passedOver()
            .get(0));
  }

  /** A planner of these heaps, and of a machine on which no heap is closed. */
  private static Planner planner(HeapTable table) {
    return new Planner(table, new InOrder());
  }

  @Test
  void countsThatDoNotAgreeAreNotTheHeapsFault() {
    HeapTable table = heaps();
    Alternatives maker = new Alternatives(table);
    Asker camera =
        new Asker(maker, "camera", false, List.of(Constraints.builder().camping(3).build()));
    Asker display =
        new Asker(maker, "display", false, List.of(Constraints.builder().maxCount(2).build()));
    assertEquals(
        "cannot add display (1 bytes): the counts of buffers of [camera, display] do not agree:"
            + " camera's camping=3 and display's maxCount=2 cannot be met together; it would fit if"
            + " camera's camping=3 were not asked (in system), or if display's maxCount=2 were 3"
            + " (in system)",
        planner(table)
            .unsatisfiable(
                "add display", table, Target.of(BlobSpec.of(1)), List.of(camera, display), true)
            .getMessage());
  }

  @Test
  void moreBuffersThanAHeapHasRoomForAreTheHeapsFault() {
    HeapTable table =
        new HeapTable(
            List.of(
                new HeapAccount(
                    new StubHeap(
                        "small", memory(false, 40).capacityBytes(Trait.declared(10L)).build()))));
    Asker camera =
        new Asker(
            new Alternatives(table),
            "camera",
            false,
            List.of(Constraints.builder().minCount(3).minSize(4).build()));
    assertEquals(
        "cannot plan (1 bytes): no heap suits [camera]: camera's minSizeBytes=4 and camera's"
            + " minCount=3 cannot be met together; it would fit if camera's minSizeBytes=4 were not"
            + " asked (in small), or if camera's minCount=3 were not asked (in small); small:"
            + " sizeBytes (3 buffers of 4 bytes take 12 bytes, the heap has 10)",
        planner(table)
            .unsatisfiable("plan", table, Target.of(BlobSpec.of(1)), List.of(camera), true)
            .getMessage());
  }

  @Test
  void aPictureOfTooManyPixels() {
    assertEquals(
        "camera's maxPixels=399 cannot be met; it would fit if camera's maxPixels=399 were 400 (in"
            + " system)",
        conflict(
                heaps(),
                ImageSpec.of(20, 20, PixelFormat.NV12),
                devices(
                    Constraints.builder()
                        .image(ImageConstraints.builder().formats(PixelFormat.NV12).maxPixels(399)),
                    Constraints.builder()))
            .toString());
  }

  /** Sixteen cameras hold a buffer each: with any of them gone fifteen buffers are enough. */
  @Test
  void whereTooManySetsWouldHaveToBeTriedNothingNeedlessIsNamedAllTheSame() {
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    devices.put("display", List.of(Constraints.builder().maxCount(15).addressBits(40).build()));
    for (int i = 0; i < 16; i++) {
      devices.put("camera" + i, List.of(Constraints.builder().camping(1).build()));
    }
    Conflict conflict = conflict(heaps(), BlobSpec.of(1), devices);
    assertFalse(conflict.smallest());
    assertEquals(
        devices.keySet(), conflict.clauses().stream().map(Clause::device).collect(toSet()));
    assertEquals(
        Set.of("maxCount", "camping"),
        conflict.clauses().stream().map(Clause::field).collect(toSet()));
    assertEquals(17, conflict.clauses().size());
    assertEquals(5, conflict.relaxations().size(), "no more than can be read");
    assertEquals(
        List.of(
            new FoundConflict.Change(new FoundConflict.Clause("display", "maxCount", "15"), "16")),
        conflict.relaxations().get(0).changes());
    devices.remove("camera15");
    devices.put("tiny", List.of(Constraints.builder().permittedHeaps("nowhere").build()));
    assertTrue(conflict(heaps(), BlobSpec.of(1), devices).smallest());
  }

  /** The sets of two of all that they ask are more than are looked at, each in many formats. */
  @Test
  void twoOfFortyDevicesOfAllFormatsAreFound() {
    List<PixelFormat> formats = List.of(PixelFormat.values());
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    for (int i = 0; i < 40; i++) {
      ConstraintsBuilder asked = Constraints.builder().addressBits(40);
      for (PixelFormat format : formats) {
        asked.image(
            ImageConstraints.builder()
                .formats(format)
                .strideAlignment(1 << i % 8)
                .maxStride(100_000 - i));
      }
      devices.put("device" + i, List.of(asked.build()));
    }
    devices.put(
        "wide",
        List.of(Constraints.builder().image(ImageConstraints.builder().minStride(99_962)).build()));
    Conflict conflict =
        conflict(heaps(), new ImageSpec(640, 480, formats, Optional.empty()), devices);
    assertEquals(
        "device39's maxStrideBytes=99961 and wide's minStrideBytes=99962 cannot be met together",
        conflict.cause());
    assertTrue(conflict.smallest());
    assertEquals(
        "wide", conflict.relaxations().get(0).changes().get(0).clause().device(), "the others");
  }

  /**
   * Any six devices can agree on a stride, and no seven: that takes too many trials to find out.
   */
  @Test
  void aConflictThatTakesTooLongToNarrowSaysSo() {
    Map<String, List<Constraints>> devices = new LinkedHashMap<>();
    devices.put(
        "narrow",
        List.of(
            Constraints.builder()
                .image(ImageConstraints.builder().maxStride(10_000_000_000_000_000L))
                .build()));
    BigInteger prime = BigInteger.valueOf(100);
    for (int i = 0; i < 9; i++) {
      List<Constraints> alternatives = new ArrayList<>();
      for (int j = 0; j < 8; j++) {
        prime = prime.nextProbablePrime();
        alternatives.add(Constraints.builder().strideAlignment(prime.longValue()).build());
      }
      devices.put("device" + i, alternatives);
    }
    Conflict conflict = conflict(heaps(), ImageSpec.of(64, 48, PixelFormat.NV12), devices);
    assertFalse(conflict.irreducible());
    assertFalse(conflict.smallest());
    assertEquals(14, conflict.clauses().size());
    String text = conflict.toString();
    assertTrue(
        text.endsWith(
            " and 6 more demands cannot be met together; which of them conflict takes too long to"
                + " find out"),
        text);
  }
}
