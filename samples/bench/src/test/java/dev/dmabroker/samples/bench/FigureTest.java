package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FigureTest {
  private static final double EXACT = 1e-12;

  @Test
  void isTheMedianOfItsRounds() {
    assertEquals(2, Figure.of("odd", Unit.COUNT, List.of(9.0, 1.0, 2.0)).value(), EXACT);
    assertEquals(3, Figure.of("even", Unit.COUNT, List.of(4.0, 2.0)).value(), EXACT);
  }

  @Test
  void spreadsByHalfOfWhatLiesBetweenItsRounds() {
    Figure figure = Figure.of("three", Unit.COUNT, List.of(9.0, 10.0, 12.0));
    assertEquals(0.15, figure.spread().orElseThrow(), EXACT);
    assertTrue(Figure.of("one", Unit.COUNT, List.of(1.0)).spread().isEmpty());
  }

  @Test
  void aPercentileIsASampleThatSoManyDoNotExceed() {
    long[] samples = LongStream.rangeClosed(1, 1000).map(i -> 1001 - i).toArray();
    assertEquals(500, Samples.percentile(samples, 0.5), EXACT);
    assertEquals(990, Samples.percentile(samples, 0.99), EXACT);
    assertEquals(999, Samples.percentile(samples, 0.999), EXACT);
    assertEquals(7, Samples.percentile(new long[] {7}, 0.5), EXACT);
  }

  @Test
  void timesAreShownInTheUnitThatFits() {
    assertEquals("8.9 ns", Unit.NANOS.text(8.9));
    assertEquals("1.23 us", Unit.NANOS.text(1_230));
    assertEquals("6.400 ms", Unit.NANOS.text(6_400_000));
    assertEquals("1,024 B", Unit.BYTES.text(1024));
  }
}
