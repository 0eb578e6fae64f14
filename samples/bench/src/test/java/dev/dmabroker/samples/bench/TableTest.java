package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table = new Table();

  private static Figure nanos(String what, Double... rounds) {
    return Figure.of(what, Unit.NANOS, List.of(rounds));
  }

  @Test
  void alignsWordsToTheLeftAndNumbersToTheRight() {
    table.section("all");
    table.add(nanos("short", 1.0));
    table.add(nanos("much longer", 1234.0, 1234.0));
    assertEquals(
        List.of(
            "what            figure   spread",
            "",
            "all",
            "  short         1.0 ns",
            "  much longer  1.23 us  +-0.0 %"),
        table.lines().subList(0, 5));
  }

  @Test
  void judgesRatiosAndFiguresByTheirBars() {
    Figure peer = nanos("peer", 10.0);
    table.add(nanos("at the bar", 15.0), peer, Bar.MAP);
    table.add(nanos("beyond", 15.1), peer, Bar.MAP);
    table.add(nanos("by itself", 2_001.0), Bar.PLAN);
    assertEquals(
        List.of(
            "what           figure   ratio  to what  bar              the bar is",
            "  at the bar  15.0 ns  x 1.50  peer     at most x 1.50   met",
            "  beyond      15.1 ns  x 1.51  peer     at most x 1.50   missed",
            "  by itself   2.00 us                   at most 2.00 us  missed"),
        table.lines().subList(0, 4));
    assertEquals("bars: 1 met, 2 missed, 0 not measured", last());
  }

  @Test
  void aBarWhosePeerIsMissingIsNeitherMetNorMissed() {
    table.addUnjudged(nanos("ours", 1.0), "no compiler", Bar.FIRST_MAP);
    assertEquals("bars: 0 met, 0 missed, 1 not measured", last());
  }

  @Test
  void noGarbageIsABarToo() {
    Figure clean = nanos("clean", 1.0).withGarbage(0.2);
    Figure dirty = nanos("dirty", 1.0).withGarbage(56);
    table.add(clean.garbageFigure(), Bar.MAP_GARBAGE);
    table.add(dirty.garbageFigure(), Bar.MAP_GARBAGE);
    assertEquals("bars: 1 met, 1 missed, 0 not measured", last());
  }

  @Test
  void whatHasNoPeerAndNoBarIsNotCounted() {
    table.add(nanos("first", 1.0));
    table.add(nanos("second", 2.0), nanos("first", 1.0));
    assertEquals("bars: 0 met, 0 missed, 0 not measured", last());
  }

  private String last() {
    List<String> lines = table.lines();
    return lines.get(lines.size() - 1);
  }
}
