package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CallsPerFrameTest {
  /** As strace 6.1 prints it. */
  private static final String SUMMARY =
      """
          calls syscall
      --------- ----------------
              3 execve
             70 ioctl
             25 ppoll
              4 pselect6
              1 clock_gettime
      --------- ----------------
            103 total
      """;

  @Test
  void callsAreCountedByTheirNames() {
    assertEquals(
        Map.of("execve", 3L, "ioctl", 70L, "ppoll", 25L, "pselect6", 4L, "clock_gettime", 1L),
        CallsPerFrame.parse(SUMMARY));
  }

  @Test
  void whatIsNoSummaryHasNoCounts() {
    assertEquals(Map.of(), CallsPerFrame.parse("strace: attach: Operation not permitted\n"));
  }

  @Test
  void theBeginningAndTheEndOfARunDoNotCount() {
    Map<String, Long> shorter = Map.of("execve", 3L, "ioctl", 20L, "ppoll", 5L);
    assertEquals(
        new CallsPerFrame(5, 2.4, 0.1, 7.5),
        CallsPerFrame.between(shorter, CallsPerFrame.parse(SUMMARY), 10));
  }
}
