package dev.dmabroker.internal.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.BudgetExceededException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one reservation does to the accounts. */
class BudgetsTest {
  private static final List<String> ENCODER = List.of("encoder", "video");

  private final Budgets budgets = new Budgets(Map.of("encoder", 100L, "video", 150L));

  private List<Long> reserved() {
    return budgets.snapshot().stream()
        .sorted((one, other) -> one.name().compareTo(other.name()))
        .map(each -> each.reservedBytes())
        .toList();
  }

  @Test
  void reachesAsFarAsTheSmallestBudgetAndSaysWhatItHadBefore() {
    var reservation = budgets.reserve("export frame", ENCODER, 40);
    assertEquals(List.of(40L, 40L), reserved());
    assertEquals(40, reservation.reach("allocate frame", 40));
    assertEquals(40, reservation.reach("allocate frame", 7), "that is less, and nothing changes");
    assertEquals(40, reservation.reach("allocate frame", 100));
    assertEquals(100, reservation.reach("allocate frame", 100));
    assertEquals(List.of(100L, 100L), reserved());
    var failure =
        assertThrows(BudgetExceededException.class, () -> reservation.reach("allocate frame", 101));
    assertEquals(
        List.of(100L, 100L, 1L),
        List.of(failure.limitBytes(), failure.reservedBytes(), failure.askedBytes()));
    assertEquals(List.of(100L, 100L), reserved());
  }

  @Test
  void goesBackNoFurtherThanWhatWasReservedAtFirst() {
    var reservation = budgets.reserve("export frame", ENCODER, 40);
    reservation.reach("allocate frame", 90);
    reservation.backTo(95);
    assertEquals(List.of(90L, 90L), reserved(), "that is no way back");
    reservation.backTo(60);
    assertEquals(List.of(60L, 60L), reserved());
    assertEquals(60, reservation.reach("allocate frame", 70));
    reservation.backTo(0);
    assertEquals(List.of(40L, 40L), reserved());
  }

  @Test
  void onceEndedItIsOutOfTheAccounts() {
    var other = budgets.reserve("export other", ENCODER, 50);
    var reservation = budgets.reserve("export frame", ENCODER, 40);
    assertEquals(List.of(90L, 90L), reserved());
    reservation.reach("allocate frame", 45);
    reservation.end();
    reservation.end();
    reservation.backTo(0);
    reservation.reach("allocate frame", 50);
    assertEquals(List.of(50L, 50L), reserved());
    other.end();
    assertEquals(List.of(0L, 0L), reserved());
  }

  @Test
  void whoExportsForNobodyOrForADeviceWithoutABudgetIsNotLimited() {
    budgets.know("encoder");
    budgets.know("video");
    budgets.reserve("export frame", List.of(), 1000).reach("allocate frame", 2000);
    budgets.reserve("export frame", List.of("camera"), 1000).reach("allocate frame", 2000);
    budgets.none().reach("allocate frame", 1000);
    assertEquals(List.of(0L, 0L), reserved());
  }

  @Test
  void aDeviceInAGroupOfItsOwnNameIsChargedOnce() {
    budgets.reserve("export frame", List.of("encoder", "encoder"), 60);
    assertEquals(List.of(60L, 0L), reserved());
  }
}
