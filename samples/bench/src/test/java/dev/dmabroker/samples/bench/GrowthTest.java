package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final double SMALL = 1e-9;

  private static Growth of(Double... times) {
    return new Growth(
        List.of(10, 100, 1000),
        Arrays.stream(times).map(time -> Figure.of("it", Unit.NANOS, List.of(time))).toList());
  }

  @Test
  void theExponentIsThatOfThePower() {
    assertEquals(0, of(7.0, 7.0, 7.0).exponent(), SMALL);
    assertEquals(0.5, of(1.0, Math.sqrt(10), 10.0).exponent(), SMALL);
    assertEquals(1, of(3.0, 30.0, 300.0).exponent(), SMALL);
    assertEquals(2, of(1.0, 100.0, 10_000.0).exponent(), SMALL);
  }

  @Test
  void allFiguresCount() {
    assertEquals(1, of(1.0, 50.0, 100.0).exponent(), SMALL, "the line through all has that slope");
    assertEquals(0.5, of(1.0, 1.0, 10.0).exponent(), SMALL);
  }

  @Test
  void aTableHasTheLargestNumberOfThingsFirst() {
    Table table = new Table();
    table.add(of(1.0, 10.0, 100.0), Bar.SCALE_FLAT);
    table.add(of(1.0, 1.0, 1.0), Bar.SCALE_FLAT);
    assertEquals(
        List.of(
            "what    figure   ratio  to what                       bar             the bar is",
            "  it  100.0 ns  n^1.00  1.0 ns at 10, 10.0 ns at 100  at most n^0.25  missed",
            "  it    1.0 ns  n^0.00  1.0 ns at 10, 1.0 ns at 100   at most n^0.25  met"),
        table.lines().subList(0, 3));
  }
}
