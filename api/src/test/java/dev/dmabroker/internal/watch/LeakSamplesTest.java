package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.LeakTracking;
import dev.dmabroker.internal.runtime.Time;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which of the mappings are looked at. */
class LeakSamplesTest {
  @Test
  void samplesAreTakenByTime() {
    Leaks leaks =
        new Leaks(LeakTracking.SAMPLED, new Listeners(Time.ofMachine()), Time.ofMachine());
    long start = System.nanoTime() + Duration.ofHours(1).toNanos();
    assertAbout(64, 40, samples(leaks, LongStream.generate(() -> start).limit(100_000)));
    // Ten seconds later, of which the first 0.64 were saved up.
    long perMicrosecond =
        samples(leaks, LongStream.range(0, 10_000_000).map(i -> start + i * 1000));
    assertAbout(1000, 200, perMicrosecond);
    long later = start + Duration.ofSeconds(20).toNanos();
    long frames = samples(leaks, LongStream.range(0, 1000).map(i -> later + i * 16_666_667));
    assertTrue(frames > 950, () -> frames + " of 1000 frames");
  }

  private static void assertAbout(long expected, long tolerance, long actual) {
    assertTrue(Math.abs(actual - expected) <= tolerance, () -> actual + " of about " + expected);
  }

  private static long samples(Leaks leaks, LongStream times) {
    return times
        .filter(
            now -> {
              boolean due = leaks.isDue(now);
              if (due) {
                leaks.sample(now, "here");
              }
              return due;
            })
        .count();
  }
}
