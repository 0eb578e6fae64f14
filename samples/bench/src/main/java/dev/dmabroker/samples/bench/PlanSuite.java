package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Placement over counts of devices and heaps, and beside the naive way; and attaching. */
final class PlanSuite implements Suite {
  private static final int[] COUNTS = {1, 8, 64, 1000};

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public void measure(Form form, Table table) {
    Case attach = new Case("attach + detach, a ninth device", AttachBench.class, "attach", 1);
    Case pliant = new Case("plan, 4 alternatives each of 4", AttachBench.class, "alternatives", 1);
    Case stubborn =
        new Case("the same, none of which fits", AttachBench.class, "alternativesWorst", 1);
    List<Case> cases = new ArrayList<>(List.of(attach, pliant, stubborn));
    for (int[] size : sizes(form)) {
      cases.add(of("plan", size));
      if (size[0] == size[1]) {
        cases.add(of("pairwise", size));
      }
    }
    Figures figures = new Forks(form, this).measure(cases);
    table.section("plan: devices x heaps");
    for (int[] size : sizes(form)) {
      print(size, figures, table);
    }
    table.add(each(figures, 1000), each(figures, 8), Bar.PLAN_LINEAR);
    table.add(figures.of(attach), Bar.ATTACH);
    table.add(figures.of(pliant), Bar.ALTERNATIVES);
    table.add(figures.of(stubborn), Bar.ALTERNATIVES);
  }

  private static void print(int[] size, Figures figures, Table table) {
    Figure plan = figures.of(of("plan", size));
    if (size[0] == 8 && size[1] == 8) {
      table.add(plan, Bar.PLAN);
    } else {
      table.add(plan);
    }
    if (size[0] == size[1]) {
      table.add(figures.of(of("pairwise", size)), plan);
    }
  }

  private static Figure each(Figures figures, int count) {
    int[] size = {count, count};
    return figures.of(of("plan", size)).each("a device or heap of " + text(size), 2.0 * count);
  }

  private static Case of(String method, int[] size) {
    String what = method.equals("plan") ? "plan, " : "asked one by one, and not ranked, ";
    Map<String, String> params =
        Map.of("devices", Integer.toString(size[0]), "heaps", Integer.toString(size[1]));
    return new Case(what + text(size), PlanBench.class, method, 1, params);
  }

  private static String text(int[] size) {
    return String.format(Locale.ROOT, "%,d x %,d", size[0], size[1]);
  }

  /** Every count over every other, or as many devices as heaps. */
  private static List<int[]> sizes(Form form) {
    List<int[]> sizes = new ArrayList<>();
    for (int devices : COUNTS) {
      for (int heaps : COUNTS) {
        if (form.wholeGrid() || devices == heaps) {
          sizes.add(new int[] {devices, heaps});
        }
      }
    }
    return sizes;
  }
}
