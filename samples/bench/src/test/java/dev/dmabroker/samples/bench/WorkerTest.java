package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class WorkerTest {
  @Test
  void answersAsOftenAsItIsAsked() {
    try (Worker worker = new Worker(List.of("cat"))) {
      assertArrayEquals(new long[] {1, 22}, worker.numbers(1, 22));
      assertArrayEquals(new long[] {3}, worker.numbers(3));
    }
  }

  @Test
  void oneThatEndsInsteadOfAnsweringIsAnError() {
    try (Worker worker = new Worker(List.of("true"))) {
      assertThrows(MeasuringException.class, () -> worker.ask("anything"));
    }
  }

  @Test
  void theProgramInCAnswersInNanoseconds() {
    Optional<CProgram> program = CProgram.compile("first-map.c");
    Assumptions.assumeTrue(program.isPresent(), "there is no C compiler");
    try (CProgram there = program.get();
        Worker worker = there.start()) {
      assertTrue(worker.number("memfd", 4096, 2) > 0);
      assertTrue(worker.number("memfd", 17 << 20, 1) > 0);
    }
  }
}
