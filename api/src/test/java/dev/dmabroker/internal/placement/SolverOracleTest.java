package dev.dmabroker.internal.placement;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.placement.RandomProblems.Problem;
import dev.dmabroker.internal.placement.RandomProblems.Taste;
import dev.dmabroker.internal.placement.SolverOracle.Best;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The solver against {@link SolverOracle}, which looks at everything. */
@Tag("arithmetic")
class SolverOracleTest {
  private static final long SEED = Long.getLong("dmabroker.oracle.seed", 1);
  private static final int PROBLEMS = Integer.getInteger("dmabroker.oracle.problems", 1500);

  @ParameterizedTest
  @EnumSource
  void agreesOnEveryHeap(Taste taste) {
    int possible = 0;
    int impossible = 0;
    for (int i = 0; i < PROBLEMS; i++) {
      long seed = SEED * 1_000_003 + i;
      Problem problem = new RandomProblems(seed).problem(taste);
      Solution solution = problem.solve();
      @Nullable Best[] expected = SolverOracle.solve(problem);
      for (int heap = 0; heap < expected.length; heap++) {
        Best best = expected[heap];
        String difference = difference(best, solution.choice(heap));
        if (!difference.isEmpty()) {
          throw new AssertionError(
              "seed " + seed + ", heap" + heap + ": " + difference + "\n" + problem);
        }
        possible += best == null ? 0 : 1;
        impossible += best == null ? 1 : 0;
      }
    }
    String seen = possible + " heaps that serve, and " + impossible + " that do not";
    assertTrue(possible > PROBLEMS / 50 && impossible > PROBLEMS / 50, seen);
  }

  private static String difference(@Nullable Best best, Solution.@Nullable Choice choice) {
    if (best == null || choice == null) {
      return best == null && choice == null ? "" : "expected " + best + ", chose " + choice;
    }
    boolean same =
        best.leftOut() == choice.leftOut().size()
            && best.penalty() == choice.penalty()
            && best.ways().contains(SolverOracle.way(choice));
    return same
        ? ""
        : "expected "
            + best
            + ", chose "
            + choice.leftOut().size()
            + " left out, penalty "
            + choice.penalty()
            + ", "
            + SolverOracle.way(choice);
  }
}
