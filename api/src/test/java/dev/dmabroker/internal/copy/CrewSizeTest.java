package dev.dmabroker.internal.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.HeapException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrewSizeTest {

  /** Microseconds that one, two, three and four threads take. */
  @ParameterizedTest
  @CsvSource({
    "600, 300, 200, 150, 4",
    "600, 500, 500, 500, 2",
    "600, 501, 502, 503, 1",
    "600, 900, 900, 900, 1",
    "600, 300, 251, 300, 2",
    "600, 600, 600, 300, 4",
  })
  void moreThreadsAreTakenIfTheyAreWorthIt(int one, int two, int three, int four, int expected)
      throws Exception {
    int[] micros = {0, one, two, three, four};
    CrewSize size = new CrewSize(4);
    assertTrue(size.isUndecided());
    assertEquals(1, size.threads());
    size.decide(threads -> micros[threads] * 1000L);
    assertFalse(size.isUndecided());
    assertEquals(expected, size.threads());
  }

  @Test
  void theBestRoundCounts() throws Exception {
    CrewSize size = new CrewSize(2);
    AtomicInteger rounds = new AtomicInteger();
    size.decide(
        threads -> threads == 1 ? 300_000 : rounds.incrementAndGet() == 3 ? 200_000 : 900_000);
    assertEquals(2, size.threads());
  }

  @Test
  void whatIsSlowIsTriedOnce() throws Exception {
    CrewSize size = new CrewSize(2);
    List<Integer> tried = new ArrayList<>();
    size.decide(
        threads -> {
          tried.add(threads);
          return 160_000_000 / threads;
        });
    assertEquals(List.of(1, 2), tried);
    assertEquals(2, size.threads());
  }

  /** Of two trials that take so many nanoseconds each, as long as 30 ms are not used up. */
  @ParameterizedTest
  @CsvSource({"1, 8", "15000000, 1", "14999999, 2", "3749999, 5", "3750000, 4"})
  void roundsEndAfterSomeTimeOrAreEight(long nanos, int rounds) throws Exception {
    CrewSize size = new CrewSize(2);
    List<Integer> tried = new ArrayList<>();
    size.decide(
        threads -> {
          tried.add(threads);
          return nanos;
        });
    assertEquals(2 * rounds, tried.size());
    assertEquals(1, size.threads());
  }

  @Test
  void theChoiceIsKept() throws Exception {
    CrewSize size = new CrewSize(2);
    size.decide(threads -> 100_000L * threads);
    size.decide(
        threads -> {
          throw new AssertionError("measured again");
        });
    assertEquals(1, size.threads());
  }

  @Test
  void oneProcessorLeavesNoChoice() {
    assertFalse(new CrewSize(1).isUndecided());
    assertEquals(1, new CrewSize(1).threads());
  }

  @Test
  void aTrialThatFailsIsRepeated() throws Exception {
    CrewSize size = new CrewSize(2);
    HeapException failure = new HeapException(HeapException.Kind.FAILED, "EIO");
    assertThrows(
        HeapException.class,
        () ->
            size.decide(
                threads -> {
                  throw failure;
                }));
    assertTrue(size.isUndecided());
    size.decide(threads -> 100_000 / threads);
    assertEquals(2, size.threads());
  }

  @Test
  void whoComesDuringATrialDoesNotWait() throws Exception {
    CrewSize size = new CrewSize(2);
    size.decide(
        threads -> {
          size.decide(
              again -> {
                throw new AssertionError("two trials at once");
              });
          assertEquals(1, size.threads());
          return 100_000 / threads;
        });
    assertEquals(2, size.threads());
  }
}
