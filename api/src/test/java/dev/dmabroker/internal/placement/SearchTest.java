package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.RandomProblems.Asker;
import dev.dmabroker.internal.placement.RandomProblems.Problem;
import dev.dmabroker.internal.placement.Solution.Choice;
import dev.dmabroker.internal.placement.SolverOracle.Best;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.StubHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many devices with alternatives: the search ends, and finds what looking at everything finds. */
@Tag("arithmetic")
class SearchTest {
  private final HeapTable heaps =
      new HeapTable(
          List.of(
              new HeapAccount(StubHeap.named("large")),
              new HeapAccount(
                  new StubHeap(
                      "small",
                      ScriptedHeap.ordinary().capacityBytes(Trait.declared(1000L)).build()))));
  private final Alternatives maker = new Alternatives(heaps);

  private Asker device(int number, Constraints... alternatives) {
    return new Asker(maker, "device" + number, /* dispensable= */ false, List.of(alternatives));
  }

  private Problem counting(int devices, IntFunction<Asker> each) {
    List<Asker> all = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      all.add(each.apply(i));
    }
    return new Problem(heaps, BlobSpec.of(10), all, /* counting= */ true);
  }

  private static Constraints counts(ConstraintsBuilder asked) {
    return asked.build();
  }

  private static Constraints exactly(int buffers) {
    return counts(Constraints.builder().minCount(buffers).maxCount(buffers));
  }

  @Test
  void devicesOfWhichNoTwoAgreeOnACountAreRefused() {
    Problem problem = counting(15, i -> device(i, exactly(2 * i + 1), exactly(2 * i + 2)));
    assertFalse(problem.solve().isPossible());
  }

  @Test
  void devicesThatHoldTooManyBuffersWhicheverAlternativeIsTakenAreRefused() {
    // Sixteen hold sixteen buffers at least, and each takes fifteen at most.
    IntFunction<Asker> camera =
        i ->
            device(
                i,
                counts(Constraints.builder().camping(2).maxCount(15)),
                counts(Constraints.builder().camping(1).maxCount(15)));
    assertFalse(counting(16, camera).solve().isPossible());
    Choice choice = assertNotNull2(counting(15, camera).solve().choice(0));
    assertEquals(15, choice.count());
    assertEquals(15 * StorageForm.STEP, choice.penalty());
  }

  @Test
  void theFewestStepsDownAreFoundWhereHalfOfTheDevicesHaveToYield() {
    // 24 devices hold 48 buffers, or one less for each that takes its second alternative.
    Problem problem =
        counting(
            24,
            i ->
                device(
                    i,
                    counts(Constraints.builder().camping(2).maxCount(36)),
                    counts(Constraints.builder().camping(1).maxCount(36))));
    Choice choice = assertNotNull2(problem.solve().choice(0));
    assertEquals(12 * StorageForm.STEP, choice.penalty());
    // Of equal ways the first is taken: earlier devices keep their first alternative.
    assertEquals(
        List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        choice.taken().stream().map(Solution.Taken::index).toList());
  }

  private static <T> T assertNotNull2(@Nullable T value) {
    assertNotNull(value);
    return value;
  }

  @Test
  void aHeapTakesTheSizeOfAllBuffersTogether() {
    for (int buffers : new int[] {100, 101}) {
      Problem problem = counting(1, i -> device(i, exactly(buffers)));
      assertNotNull(problem.solve().choice(0));
      assertEquals(buffers == 100, problem.solve().choice(1) != null, buffers + " of 10 bytes");
    }
    Problem one =
        new Problem(
            heaps, BlobSpec.of(10), List.of(device(0, exactly(101))), /* counting= */ false);
    assertNotNull(one.solve().choice(1), "a single buffer");
    Problem vast =
        new Problem(
            heaps,
            BlobSpec.of(Long.MAX_VALUE / 2),
            List.of(device(0, exactly(1 << 20))),
            /* counting= */ true);
    assertNotNull(vast.solve().choice(0), "where no capacity is known");
  }

  /** Long enough that equal branches are looked at once. */
  @Test
  @Tag("long")
  void whatIsLookedAtOnceIsWhatLookingAtEverythingFinds() {
    int possible = 0;
    for (int seed = 0; seed < 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Problem problem =
          counting(
              10,
              i ->
                  new Asker(
                      maker,
                      "device" + i,
                      /* dispensable= */ random.nextInt(8) == 0,
                      List.of(asked(random), asked(random))));
      Solution solution = problem.solve();
      @Nullable Best[] expected = SolverOracle.solve(problem);
      for (int heap = 0; heap < expected.length; heap++) {
        Best best = expected[heap];
        Choice choice = solution.choice(heap);
        String at = "seed " + seed + ", heap " + heap + ": " + best + "\n" + problem;
        assertEquals(best == null, choice == null, at);
        if (best != null && choice != null) {
          possible++;
          assertEquals(best.leftOut(), choice.leftOut().size(), at);
          assertEquals(best.penalty(), choice.penalty(), at);
          assertTrue(best.ways().contains(SolverOracle.way(choice)), at);
        }
      }
    }
    assertTrue(possible > 10, possible + " heaps that serve");
  }

  private static Constraints asked(SplittableRandom random) {
    ConstraintsBuilder asked =
        Constraints.builder().camping(random.nextInt(4)).maxCount(9 + random.nextInt(8));
    if (random.nextInt(3) == 0) {
      asked.sharedSlack(random.nextInt(3));
    }
    if (random.nextInt(3) == 0) {
      asked.minSize(20 + 10 * random.nextInt(4));
    } else if (random.nextInt(6) == 0) {
      asked.maxSize(40);
    }
    if (random.nextInt(20) == 0) {
      asked.permittedHeaps("small");
    }
    return asked.build();
  }
}
