package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.History.attach;
import static dev.dmabroker.heuristics.History.buffer;
import static dev.dmabroker.heuristics.Requests.SPEC;
import static dev.dmabroker.heuristics.Requests.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.heuristics.AttachHistory.Expectation;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttachHistoryTest {
  private static final double EXACT = 1e-9;
  private static final User CAMERA = user("camera");
  private static final User ENCODER = user("encoder", Constraints.builder().contiguous());
  private static final User DISPLAY = user("display");

  private final AttachHistory history = new AttachHistory(1, 256);

  private List<Expectation> expected() {
    return history.expected(SPEC, "camera");
  }

  private Expectation expected(String device) {
    return expected().stream()
        .filter(each -> each.device().device().equals(device))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> names(List<Expectation> expected) {
    return expected.stream().map(each -> each.device().device()).collect(Collectors.toSet());
  }

  @Test
  void nothingIsExpectedOfWhatWasNeverSeen() {
    assertEquals(List.of(), expected());
    buffer(history, 1, SPEC, CAMERA);
    assertEquals(List.of(), expected(), "nobody came late");
  }

  @Test
  void whoAlwaysComesLateIsExpected() {
    AttachHistory long_ = new AttachHistory(1e9, 1);
    for (int i = 0; i < 10; i++) {
      buffer(long_, i, SPEC, CAMERA, ENCODER);
    }
    Expectation encoder = long_.expected(SPEC, "camera").get(0);
    assertEquals(ENCODER, encoder.device());
    assertEquals(1, encoder.probability(), 1e-6);
    assertEquals(10, encoder.evidence(), 1e-6);
  }

  @Test
  void whatWasLearntCountsHalfAfterTheHalfLife() {
    buffer(history, 1, SPEC, CAMERA, ENCODER);
    assertEquals(new Expectation(ENCODER, 1, 1), expected("encoder"));
    buffer(history, 2, SPEC, CAMERA);
    assertEquals(1.5, expected("encoder").evidence(), EXACT);
    assertEquals(0.5 / 1.5, expected("encoder").probability(), EXACT);
    buffer(history, 3, SPEC, CAMERA, ENCODER);
    assertEquals(1.75, expected("encoder").evidence(), EXACT);
    assertEquals(1.25 / 1.75, expected("encoder").probability(), EXACT);
  }

  @Test
  void theHalfLifeIsCountedInBuffers() {
    AttachHistory four = new AttachHistory(4, 1);
    buffer(four, 0, SPEC, CAMERA, ENCODER);
    double evidence = 1;
    for (int i = 1; i <= 4; i++) {
      buffer(four, i, SPEC, CAMERA);
      evidence = evidence * Math.pow(0.5, 0.25) + 1;
    }
    Expectation encoder = four.expected(SPEC, "camera").get(0);
    assertEquals(evidence, encoder.evidence(), EXACT);
    assertEquals(0.5, encoder.probability() * encoder.evidence(), EXACT);
  }

  @Test
  void whoStoppedComingIsForgotten() {
    buffer(history, 0, SPEC, CAMERA, ENCODER, DISPLAY);
    for (int i = 1; i <= 7; i++) {
      buffer(history, i, SPEC, CAMERA, DISPLAY);
      assertEquals(Set.of("encoder", "display"), names(expected()), "after " + i);
    }
    buffer(history, 8, SPEC, CAMERA, DISPLAY);
    assertEquals(Set.of("display"), names(expected()));
  }

  @Test
  void theLikeliestComesFirstAndEquallyLikelyOnesInAFixedOrder() {
    buffer(history, 1, SPEC, CAMERA, DISPLAY, ENCODER);
    assertEquals(List.of(ENCODER, DISPLAY), expected().stream().map(Expectation::device).toList());
    buffer(history, 2, SPEC, CAMERA, DISPLAY);
    assertEquals(List.of(DISPLAY, ENCODER), expected().stream().map(Expectation::device).toList());
  }

  @Test
  void buffersThatAreAttachedToLaterThanOthersBeginCountInFull() {
    AttachHistory steady = new AttachHistory(16, 1);
    for (int i = 0; i < 500; i++) {
      buffer(steady, i, SPEC, CAMERA);
      if (i >= 8) {
        attach(steady, i - 8, SPEC, ENCODER, List.of("camera"), true);
      }
    }
    assertEquals(1, steady.expected(SPEC, "camera").get(0).probability(), 1e-6);
    for (int i = 492; i < 500; i++) {
      attach(steady, i, SPEC, ENCODER, List.of("camera"), true);
      assertTrue(steady.expected(SPEC, "camera").get(0).probability() <= 1);
    }
  }

  @Test
  void whoComesBeforeThereIsMemoryIsNotLate() {
    attach(history, 1, SPEC, CAMERA, List.of(), false);
    attach(history, 1, SPEC, ENCODER, List.of("camera"), false);
    assertEquals(List.of(), expected());
  }

  @Test
  void theFirstDeviceIsNeverLate() {
    buffer(history, 1, SPEC, CAMERA, ENCODER);
    attach(history, 1, SPEC, CAMERA, List.of("encoder"), true);
    assertEquals(Set.of("encoder"), names(expected()));
  }

  @Test
  void whoComesAndGoesCountsOnceABuffer() {
    buffer(history, 1, SPEC, CAMERA);
    buffer(history, 2, SPEC, CAMERA);
    for (int i = 0; i < 5; i++) {
      attach(history, 2, SPEC, ENCODER, List.of("camera"), true);
    }
    assertEquals(1 / 1.5, expected("encoder").probability(), EXACT);
  }

  @Test
  void aBufferThatIsAttachedToAnewBeginsAgain() {
    buffer(history, 1, SPEC, CAMERA, ENCODER);
    buffer(history, 1, SPEC, DISPLAY, ENCODER);
    assertEquals(1, expected("encoder").evidence(), EXACT);
    assertEquals(Set.of("encoder"), names(history.expected(SPEC, "display")));
  }

  @Test
  void theConstraintsAreThoseSeenLast() {
    buffer(history, 1, SPEC, CAMERA, ENCODER);
    buffer(history, 2, SPEC, CAMERA, user("encoder", Constraints.builder().addressBits(32)));
    assertEquals(32, expected("encoder").device().constraints().addressBits());
  }

  @Test
  void kindsDifferByWhatTheyHoldAndByWhoCameFirst() {
    buffer(history, 1, SPEC, CAMERA, ENCODER);
    assertEquals(List.of(), history.expected(BlobSpec.of(1), "camera"));
    assertEquals(List.of(), history.expected(SPEC, "encoder"));
    assertEquals(1, history.expected(BlobSpec.of(Requests.SIZE), "camera").size());
  }

  @Test
  void theLeastRecentlyUsedKindIsForgotten() {
    AttachHistory two = new AttachHistory(16, 2);
    buffer(two, 1, BlobSpec.of(1), CAMERA, ENCODER);
    buffer(two, 2, BlobSpec.of(2), CAMERA, ENCODER);
    attach(two, 1, BlobSpec.of(1), DISPLAY, List.of("camera"), true);
    buffer(two, 3, BlobSpec.of(3), CAMERA, ENCODER);
    assertEquals(2, two.expected(BlobSpec.of(1), "camera").size());
    assertEquals(List.of(), two.expected(BlobSpec.of(2), "camera"));
    attach(two, 2, BlobSpec.of(2), DISPLAY, List.of("camera"), true);
    assertEquals(List.of(), two.expected(BlobSpec.of(2), "camera"), "and stays so");
    assertEquals(1, two.expected(BlobSpec.of(3), "camera").size());
  }

  @Test
  void askingDoesNotKeepAKind() {
    AttachHistory two = new AttachHistory(16, 2);
    buffer(two, 1, BlobSpec.of(1), CAMERA, ENCODER);
    buffer(two, 2, BlobSpec.of(2), CAMERA, ENCODER);
    assertEquals(1, two.expected(BlobSpec.of(1), "camera").size());
    buffer(two, 3, BlobSpec.of(3), CAMERA, ENCODER);
    assertEquals(List.of(), two.expected(BlobSpec.of(1), "camera"));
  }

  @Test
  void theRarestDeviceMakesRoom() {
    AttachHistory long_ = new AttachHistory(1e9, 1);
    buffer(long_, 0, SPEC, CAMERA, user("frequent"));
    for (int i = 0; i < 100; i++) {
      buffer(long_, i + 1, SPEC, CAMERA, user("device-" + i), user("frequent"));
    }
    Set<String> names = names(long_.expected(SPEC, "camera"));
    assertEquals(Learnt.MAX_DEVICES, names.size());
    assertTrue(names.containsAll(Set.of("frequent", "device-99")), names::toString);
  }

  @Test
  void oneBufferCountsSoManyDevicesAtMost() {
    List<User> users = new ArrayList<>(List.of(CAMERA));
    for (int i = 0; i < 100; i++) {
      users.add(user("device-" + i));
    }
    buffer(history, 1, SPEC, users.toArray(User[]::new));
    assertEquals(Learnt.MAX_DEVICES, expected().size());
    assertTrue(names(expected()).contains("device-15"), "the first ones");
  }

  @Test
  void theOldestBufferIsForgotten() {
    for (int i = 0; i <= AttachHistory.MAX_BUFFERS; i++) {
      buffer(history, i, SPEC, CAMERA);
    }
    attach(history, 0, SPEC, ENCODER, List.of("camera"), true);
    assertEquals(List.of(), expected());
    attach(history, 1, SPEC, ENCODER, List.of("camera"), true);
    assertEquals(Set.of("encoder"), names(expected()));
    attach(history, 99_999, SPEC, DISPLAY, List.of("camera"), true);
    assertEquals(Set.of("encoder"), names(expected()), "began before this listened");
  }

  @Test
  void severalThreadsLoseNothing() throws Exception {
    int threads = 4;
    int each = 500;
    AttachHistory shared = new AttachHistory(1e12, threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        User own = user("first-" + t % 2);
        int base = t * each;
        ends.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < each; i++) {
                    buffer(shared, base + i, SPEC, own, ENCODER);
                    shared
                        .expected(SPEC, "first-0")
                        .forEach(seen -> assertTrue(seen.probability() <= 1, seen::toString));
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      pool.shutdownNow();
    }
    for (String first : List.of("first-0", "first-1")) {
      Expectation encoder = shared.expected(SPEC, first).get(0);
      assertEquals(2 * each, encoder.evidence(), 1e-3);
      assertEquals(1, encoder.probability(), 1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "-1, 1", "NaN, 1", "Infinity, 1", "1, 0", "1, -1"})
  void limitsThatRememberNothingAreRefused(double halfLife, int kinds) {
    assertThrows(IllegalArgumentException.class, () -> new AttachHistory(halfLife, kinds));
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> history.attached(null));
  }
}
