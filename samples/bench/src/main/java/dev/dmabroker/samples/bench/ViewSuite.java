package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A use of a view that keeps its address, beside a map with a CPU view, and a bare access. */
final class ViewSuite implements Suite {
  @Override
  public String name() {
    return "view";
  }

  @Override
  public void measure(Form form, Table table) {
    List<String> heaps = ViewBench.heaps();
    List<Case> cases = new ArrayList<>();
    for (String heap : heaps) {
      cases.addAll(List.of(fixed(heap), mapped(heap), plain(heap)));
    }
    Figures figures = new Forks(form, this).measure(cases);
    table.section("view: one number read from a buffer that lies still, 1 thread");
    for (String heap : heaps) {
      Figure mapped = figures.of(mapped(heap));
      table.add(figures.of(fixed(heap)), mapped, Bar.FIXED_VIEW);
      table.add(mapped, figures.of(plain(heap)));
      table.add(figures.of(plain(heap)));
    }
  }

  private static Case fixed(String heap) {
    return of(heap, "begin + end of a fixed view", "beginAndEnd");
  }

  private static Case mapped(String heap) {
    return of(heap, "map + CPU view + end + unmap", "mapAndView");
  }

  private static Case plain(String heap) {
    return of(heap, "the access alone", "plain");
  }

  private static Case of(String heap, String what, String method) {
    return new Case(heap + ", " + what, ViewBench.class, method, 1, Map.of("heap", heap));
  }
}
