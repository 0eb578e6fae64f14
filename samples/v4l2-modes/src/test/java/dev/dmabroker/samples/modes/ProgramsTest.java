package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgramsTest {
  private static Programs.Command shell(String script) {
    return new Programs.Command(List.of("sh", "-c", script), Map.of("GREETING", "hello"));
  }

  @Test
  void aProgramIsFoundOnThePath() {
    assertTrue(Programs.onPath("sh").isPresent());
    assertEquals(Optional.empty(), Programs.onPath("no-such-program"));
  }

  @Test
  void whatAProgramSaysIsGiven() {
    assertEquals("hello\n", Programs.run(shell("echo $GREETING")));
  }

  @Test
  void aProgramThatFailsIsNamedWithWhatItSaid() {
    for (Runnable run :
        List.<Runnable>of(
            () -> Programs.run(shell("echo no camera >&2; exit 3")),
            () -> rate("echo no camera >&2; sleep 0.7; exit 3"))) {
      String message = assertThrows(IllegalStateException.class, run::run).toString();
      assertTrue(message.contains("ended with status 3"), message);
      assertTrue(message.contains("no camera"), message);
    }
  }

  @Test
  void theKernelsTimesAreRead() {
    assertEquals(
        new CpuTime(1.25, 0.03),
        CpuTime.parse("4711 (a name) R 1) S 1 2 3 4 5 6 7 8 9 10 125 3 17 18 20 0 1 0 22 23 24\n"));
  }

  @Test
  void whatAProgramTakesInTheMiddleOfItsRunCounts() {
    CpuTime busy = rate("while ((SECONDS < 2)); do :; done");
    assertTrue(busy.sum() > 0.05 && busy.sum() < 1.1, busy.toString());
    CpuTime idle = rate("for ((i = 0; i < 100000; i++)); do :; done; sleep 1");
    assertTrue(idle.sum() < 0.05, idle.toString()); // The start does not count.
  }

  private static CpuTime rate(String script) {
    return Programs.rate(
        new Programs.Command(List.of("bash", "-c", script), Map.of()),
        Duration.ofMillis(400),
        Duration.ofMillis(200));
  }

  @Test
  void aProgramThatEndsTooEarlyCannotBeMeasured() {
    assertThrows(IllegalStateException.class, () -> rate("exit 0"));
  }
}
