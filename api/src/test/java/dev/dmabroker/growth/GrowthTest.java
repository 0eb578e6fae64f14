package dev.dmabroker.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What one operation does must not grow with things that it has nothing to do with. The steps of
 * each operation are counted in a broker with few things and in one with ten times as many, so no
 * clock and no busy machine decides.
 */
class GrowthTest {
  private static final int FEW = 200;
  private static final int MANY = 2_000;

  /** What looks at all there is, and so grows with it. */
  private static final Set<String> LINEAR = Set.of("snapshot", "first adopt");

  /** A step or two more, as a hash table's may be, and not one for each hundred things. */
  private static final double FLAT = 0.05;

  private static final double MOST_LINEAR = 1.02;

  private static final Map<String, Long> FEW_STEPS = new LinkedHashMap<>();
  private static final Map<String, Long> MANY_STEPS = new LinkedHashMap<>();

  @BeforeAll
  static void count() throws Exception {
    FEW_STEPS.putAll(count(FEW));
    MANY_STEPS.putAll(count(MANY));
  }

  private static Map<String, Long> count(int things) throws Exception {
    ClassLoader loader = new StepLoader(GrowthTest.class.getClassLoader());
    Map<String, Long> steps = new LinkedHashMap<>();
    Map<?, ?> counted =
        (Map<?, ?>)
            loader
                .loadClass(Operations.class.getName())
                .getMethod("count", int.class)
                .invoke(null, things);
    counted.forEach((operation, count) -> steps.put((String) operation, (Long) count));
    return steps;
  }

  private static double exponent(String operation) {
    double few = FEW_STEPS.getOrDefault(operation, 0L);
    double many = MANY_STEPS.getOrDefault(operation, 0L);
    return Math.log(many / few) / Math.log((double) MANY / FEW);
  }

  private static String text(String operation) {
    return String.format(
        Locale.ROOT,
        "%-14s %7d steps with %d buffers, %7d with %d: n^%.2f",
        operation,
        FEW_STEPS.get(operation),
        FEW,
        MANY_STEPS.get(operation),
        MANY,
        exponent(operation));
  }

  @Test
  void noOperationGrowsWithThingsThatItDoesNotTouch() {
    StringBuilder grown = new StringBuilder();
    for (String operation : FEW_STEPS.keySet()) {
      double most = LINEAR.contains(operation) ? MOST_LINEAR : FLAT;
      if (!(exponent(operation) <= most)) {
        grown.append(text(operation)).append(", more than n^").append(most).append('\n');
      }
    }
    assertEquals("", grown.toString());
  }

  /** Or nothing would be counted. */
  @Test
  void whatLooksAtAllThingsGrowsWithThem() {
    for (String operation : LINEAR) {
      assertTrue(exponent(operation) > 0.5, () -> text(operation));
    }
  }

  @Test
  void equalRunsHaveEqualCounts() throws Exception {
    assertEquals(FEW_STEPS, count(FEW));
  }
}
