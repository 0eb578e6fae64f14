package dev.dmabroker.samples.bench;

import java.util.List;

/**
 * Runs benchmarks and prints them in one table, beside their peers and bars. Exit status: 0 if all
 * were measured, whether they reach their bars or not, 1 if one did not work, 2 for a wrong command
 * line.
 */
public final class Bench {
  private static final List<Suite> SUITES =
      List.of(
          new MapSuite(),
          new FirstMapSuite(),
          new MoveSuite(),
          new StreamSuite(),
          new PlanSuite(),
          new DevicesSuite(),
          new MemorySuite());

  private Bench() {}

  /** See {@link Options#usage}. */
  public static void main(String[] args) {
    List<String> names = SUITES.stream().map(Suite::name).toList();
    Options options;
    try {
      options = Options.parse(names, args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.usage(names));
      System.exit(2);
      return;
    }
    String machine = Machine.describe(); // Before the load is our own.
    Table table = new Table();
    boolean good = true;
    for (Suite suite : SUITES) {
      good &= !options.suites().contains(suite.name()) || measured(suite, options.form(), table);
    }
    Form form = options.form();
    System.out.println(machine);
    System.out.printf(
        "%s form, %d rounds; figures are medians, the spread is half of what lies between rounds%n",
        form.name(), form.rounds());
    table.lines().forEach(System.out::println);
    System.exit(good ? 0 : 1);
  }

  /** A suite that does not work is no reason to lose the figures of the others. */
  private static boolean measured(Suite suite, Form form, Table table) {
    try {
      suite.measure(form, table);
      return true;
    } catch (RuntimeException e) {
      System.err.println(suite.name() + " did not work: " + e.getMessage());
      e.printStackTrace();
      return false;
    }
  }
}
