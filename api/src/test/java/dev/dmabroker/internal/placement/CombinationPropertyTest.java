package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.internal.placement.RandomProblems.Taste;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The laws by which what devices ask combines, so that their order does not matter. */
@Tag("arithmetic")
class CombinationPropertyTest {
  private static final int ROUNDS = Integer.getInteger("dmabroker.rounds", 1000);

  /** Asks for nothing, not even what is asked by default. */
  private static final Constraints ANYTHING =
      ConstraintViews.get().only(Constraints.none(), dev.dmabroker.spec.ConstraintField.CONTIGUOUS);

  /** What a device of its own asks of a buffer, made at random. */
  private record Scene(
      RandomProblems random, HeapTable table, Target target, Taste taste, long seed) {
    Scene(long seed, Taste taste) {
      this(new RandomProblems(seed), seed, taste);
    }

    private Scene(RandomProblems random, long seed, Taste taste) {
      this(
          random,
          random.table(seed % 50 == 0 ? 70 : 1 + (int) (seed % 5)),
          Target.of(random.spec()),
          taste,
          seed);
    }

    Demand demand() {
      return demand(random.constraints(taste));
    }

    Demand demand(Constraints constraints) {
      return new DeviceDemand(table, "camera", constraints).of(target);
    }

    String at() {
      return "seed " + seed + " " + taste;
    }
  }

  @ParameterizedTest
  @EnumSource
  void demandsCombineInAnyOrder(Taste taste) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Scene scene = new Scene(seed, taste);
      Demand a = scene.demand();
      Demand b = scene.demand();
      Demand c = scene.demand();
      assertEquals(a.and(b), b.and(a), scene::at);
      assertEquals(a.and(b).and(c), a.and(b.and(c)), scene::at);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDemandWithItselfIsItselfButForWhatIsHeld(Taste taste) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Scene scene = new Scene(seed, taste);
      Demand a = scene.demand();
      Demand twice = a.and(a);
      BufferCounts once = a.counts();
      assertEquals(
          new BufferCounts(2 * once.held(), once.shared(), once.fewest(), once.most()),
          twice.counts(),
          scene::at);
      if (once.held() == 0) {
        assertEquals(a, twice, scene::at);
      }
      assertSameButCounts(a, twice, scene);
      assertSameButCounts(twice, twice.and(a), scene);
    }
  }

  private static void assertSameButCounts(Demand expected, Demand actual, Scene scene) {
    assertEquals(
        List.of(
            bits(expected.heaps()),
            expected.minSizeBytes(),
            expected.coherency(),
            limits(expected, scene)),
        List.of(
            bits(actual.heaps()), actual.minSizeBytes(), actual.coherency(), limits(actual, scene)),
        scene::at);
    for (int i = 0; i < scene.target().forms().size(); i++) {
      assertEquals(expected.rules(i), actual.rules(i), scene::at);
    }
  }

  private static List<Long> bits(long[] heaps) {
    List<Long> bits = new ArrayList<>();
    for (long word : heaps) {
      bits.add(word);
    }
    return bits;
  }

  private static List<Long> limits(Demand demand, Scene scene) {
    List<Long> limits = new ArrayList<>();
    for (int i = 0; i < scene.table().pieces().size(); i++) {
      limits.add(demand.limit(i));
    }
    return limits;
  }

  @ParameterizedTest
  @EnumSource
  void whoAsksForNothingChangesNothing(Taste taste) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Scene scene = new Scene(seed, taste);
      Demand a = scene.demand();
      Demand anything = scene.demand(ANYTHING);
      assertEquals(a, a.and(anything), scene::at);
      assertEquals(a, anything.and(a), scene::at);
      // No device at all demands what a device that says nothing demands: the four defaults.
      Demand nobody = new DeviceDemand(scene.table(), "", Constraints.none()).of(scene.target());
      assertEquals(nobody, scene.demand(Constraints.none()), scene::at);
      Demand narrow = a.and(nobody);
      assertSame(narrow, narrow.and(nobody), scene::at);
      assertEquals(narrow, nobody.and(a), scene::at);
      Demand plain = scene.demand(Constraints.builder().contiguous().maxSize(5000).build());
      assertEquals(plain, plain.and(nobody), scene::at);
      assertEquals(plain, nobody.and(plain), scene::at);
    }
  }

  /** Rules of no device, but of any entries, and of entries with numbers near the limit. */
  private static Rules rules(RandomProblems random, Taste taste) {
    while (true) {
      ImageConstraints entry =
          random.image(taste == Taste.GREEDY ? 0.6 : 0.2, true, RandomProblems.MODIFIERS);
      if (entry != null) {
        return Rules.of(entry, 1 + random.random().nextInt(4));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void rulesCombineInAnyOrder(Taste taste) {
    int different = 0;
    for (long seed = 0; seed < ROUNDS; seed++) {
      RandomProblems random = new RandomProblems(seed);
      Rules a = rules(random, taste);
      Rules b = rules(random, taste);
      Rules c = rules(random, taste);
      String at = "seed " + seed + " " + taste;
      assertEquals(a, a.and(a), at);
      assertEquals(a, a.and(Rules.NONE), at);
      assertEquals(a, Rules.NONE.and(a), at);
      Rules ab = and(a, b);
      assertEquals(ab, and(b, a), at);
      assertEquals(ab, and(ab, a), at);
      assertEquals(and(ab, c), and(a, and(b, c)), at);
      different += a.equals(b) ? 0 : 1;
    }
    assertTrue(different > ROUNDS / 2, "only " + different + " pairs differ");
  }

  /** Both; null absorbs, as {@link Demand#and} has it. */
  private static @Nullable Rules and(@Nullable Rules one, @Nullable Rules other) {
    return one == null || other == null ? null : one.and(other);
  }

  @Test
  void rulesWithoutACommonMultipleAbsorb() {
    long[] steps = {1, 2, 3, 1L << 62, 1L << 40, 3L << 60, (1L << 61) - 1, Long.MAX_VALUE, 7};
    int overflows = 0;
    for (long x : steps) {
      for (long y : steps) {
        for (long z : steps) {
          Rules a = Rules.of(ImageConstraints.builder().strideAlignment(x).build(), 1);
          Rules b = Rules.of(ImageConstraints.builder().strideAlignment(y).build(), 1);
          Rules c = Rules.of(ImageConstraints.builder().strideAlignment(z).build(), 1);
          String at = x + ", " + y + ", " + z;
          Rules left = and(and(a, b), c);
          assertEquals(left, and(a, and(b, c)), at);
          assertEquals(left, and(and(c, a), b), at);
          java.math.BigInteger multiple = lcm(lcm(big(x), big(y)), big(z));
          if (multiple.bitLength() > 63) {
            assertNull(left, at);
            overflows++;
          } else {
            assertEquals(
                Rules.of(
                    ImageConstraints.builder().strideAlignment(multiple.longValue()).build(), 1),
                left,
                at);
          }
        }
      }
    }
    assertTrue(overflows > 100, "overflows " + overflows);
  }

  private static java.math.BigInteger big(long value) {
    return java.math.BigInteger.valueOf(value);
  }

  private static java.math.BigInteger lcm(java.math.BigInteger a, java.math.BigInteger b) {
    return a.multiply(b).divide(a.gcd(b));
  }

  @Test
  void aPictureThatNobodyCanShareIsNotSharedWithAThirdEither() {
    HeapTable table = new RandomProblems(1).table(2);
    Target target = Target.of(ImageSpec.of(4, 4, PixelFormat.NV12));
    Demand huge =
        new DeviceDemand(table, "camera", Constraints.builder().strideAlignment(1L << 62).build())
            .of(target);
    Demand three =
        new DeviceDemand(table, "camera", Constraints.builder().strideAlignment(3).build())
            .of(target);
    Demand none = new DeviceDemand(table, "camera", Constraints.none()).of(target);
    for (int i = 0; i < target.forms().size(); i++) {
      assertNull(huge.and(three).rules(i));
      assertNull(huge.and(three).and(none).rules(i));
      assertNull(none.and(huge.and(three)).rules(i));
      assertNull(three.and(none).and(huge).rules(i));
    }
  }

  /** Whether each device's fields, taken one by one, are together what the device asks. */
  @ParameterizedTest
  @EnumSource
  void fieldsOneByOneAreTheWhole(Taste taste) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      Scene scene = new Scene(seed, taste);
      Constraints whole = scene.random().constraints(taste);
      Demand together = scene.demand(ANYTHING);
      for (dev.dmabroker.spec.ConstraintField field : whole.fields()) {
        Constraints part = ConstraintViews.get().only(whole, field);
        assertTrue(
            part.fields().contains(field) || part.equals(ANYTHING),
            () -> scene.at() + ": " + field + " of " + whole + " is " + part);
        together = together.and(scene.demand(part));
      }
      assertEquals(scene.demand(whole), together, () -> scene.at() + ": " + whole + " by fields");
    }
  }
}
