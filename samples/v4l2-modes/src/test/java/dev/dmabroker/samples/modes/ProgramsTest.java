package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            () -> Programs.time(shell("echo no camera >&2; exit 3")))) {
      String message = assertThrows(IllegalStateException.class, run::run).getMessage();
      assertTrue(message.contains("ended with status 3"), message);
      assertTrue(message.contains("no camera"), message);
    }
  }

  @Test
  void theShellsTimesAreRead() {
    assertEquals(new Programs.CpuTime(1.025, 0.003), Programs.CpuTime.parse("cpu 1.025 0.003\n"));
    assertThrows(IllegalArgumentException.class, () -> Programs.CpuTime.parse("cpu 1 0\n"));
  }

  @Test
  void theLeastDisturbedRunCounts(@TempDir Path folder) throws Exception {
    String worksOnce =
        "cd %s; mkdir run || exit 0; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
    Programs.Command command = shell(worksOnce.formatted(folder));
    Programs.CpuTime busy = Programs.time(command);
    Files.delete(folder.resolve("run"));
    Programs.CpuTime least = Programs.time(command, 2);
    assertTrue(
        Files.exists(folder.resolve("run")) && least.sum() < busy.sum() / 2, least + " " + busy);
  }

  @Test
  void theTimeOfAllChildrenCounts() {
    Programs.CpuTime time =
        Programs.time(shell("sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'"));
    assertTrue(time.user() > 0, time.toString());
  }
}
