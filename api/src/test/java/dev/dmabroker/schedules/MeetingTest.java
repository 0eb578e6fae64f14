package dev.dmabroker.schedules;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Meetings as the machine plays them; {@code api/schedules/run} plays them in many ways. */
class MeetingTest {
  static List<String> names() {
    return Meeting.all().stream().map(Meeting::name).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void comesOutAsListed(String name) throws Exception {
    Meeting meeting = Meeting.named(name);
    meeting.judge(meeting.play());
  }

  @Test
  void gateLeaseAndBufferAreMet() {
    assertTrue(
        names()
            .containsAll(
                List.of(
                    "GateStress.MapAgainstMove",
                    "LeaseStress.UseAgainstMove",
                    "BufferStress.DetachAgainstMove")),
        names().toString());
  }

  @Test
  void whatIsForbiddenFails() {
    Meeting meeting = Meeting.named("GateStress.MapAgainstMove");
    assertDoesNotThrow(() -> meeting.judge("false, true"));
    AssertionError failure = assertThrows(AssertionError.class, () -> meeting.judge("true, true"));
    assertEquals(
        "GateStress.MapAgainstMove: true, true: Mapped while the mover copies.",
        failure.getMessage());
  }

  /** The text of an outcome comes before a pattern, whichever is listed first. */
  @Test
  void patternsAreTriedAfterTexts() {
    Meeting meeting = Meeting.named("BufferStress.TwoMovers");
    assertDoesNotThrow(() -> meeting.judge("true, false, 7"));
    assertThrows(AssertionError.class, () -> meeting.judge("true, true, 7"));
    assertThrows(AssertionError.class, () -> meeting.judge("true, false, 8"));
  }

  @Test
  void whatIsNotListedFails() {
    Meeting meeting = Meeting.named("GateStress.MapAgainstMove");
    AssertionError failure = assertThrows(AssertionError.class, () -> meeting.judge("maybe"));
    assertEquals("GateStress.MapAgainstMove: maybe: not listed", failure.getMessage());
  }
}
