package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** Each client has a name of its own, and is found by what it has. */
class RosterTest {
  private final Roster<Integer> roster = new Roster<>();

  @Test
  void aNameThatIsTakenGetsTheLowestNumberThatIsFree() {
    assertEquals("camera", roster.enter(1, "camera"));
    assertEquals("camera-2", roster.enter(2, "camera"));
    assertEquals("camera-3", roster.enter(3, "camera"));
    assertEquals("viewer", roster.enter(4, "viewer"));

    roster.strike(2);
    assertEquals("camera-2", roster.enter(5, "camera"));
    assertEquals("camera-4", roster.enter(6, "camera"));

    roster.strike(1);
    assertEquals("camera", roster.enter(7, "camera"));
  }

  @Test
  void aClientMayGiveItselfTheNameWithANumberOfAnother() {
    assertEquals("camera-2", roster.enter(1, "camera-2"));
    assertEquals("camera", roster.enter(2, "camera"));
    assertEquals("camera-3", roster.enter(3, "camera"), "camera-2 is another client's");
    assertEquals("camera-2-2", roster.enter(4, "camera-2"));

    roster.strike(1);
    assertEquals("camera-2", roster.enter(5, "camera"));
    assertEquals("camera-2-3", roster.enter(6, "camera-2"));
  }

  @Test
  void aClientIsFoundByWhatItHas() {
    String first = roster.enter(1, "camera");
    String second = roster.enter(2, "camera");
    assertEquals(1, roster.ownerOf(first + "/sensor"));
    assertEquals(2, roster.ownerOf(second + "/sensor/left"));
    assertNull(roster.ownerOf("camera"), "a device of the application");
    assertNull(roster.ownerOf("cam/sensor"));

    roster.strike(1);
    assertNull(roster.ownerOf(first + "/sensor"));
    assertEquals(2, roster.ownerOf(second + "/sensor"));
  }

  @Test
  void oneThatWasNeverEnteredIsStruckOutInVain() {
    assertEquals("camera", roster.enter(1, "camera"));
    roster.strike(2);
    roster.strike(1);
    roster.strike(1);
    assertEquals("camera", roster.enter(3, "camera"));
  }
}
