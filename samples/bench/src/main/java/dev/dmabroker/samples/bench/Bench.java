package dev.dmabroker.samples.bench;

import dev.dmabroker.samples.options.CommandLines;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Runs benchmarks and prints them in one table, beside their peers and bars. Exit status: 0 if all
 * were measured, whether they reach their bars or not, 1 if one did not work, 2 for a wrong command
 * line.
 */
@Command(name = "samples/run [--kernel] bench")
public final class Bench implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  private Bench() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(CommandLines.of(new Bench()).execute(args));
  }

  /** Measures, and prints the table. */
  @Override
  public Integer call() {
    String machine = Machine.describe(); // Before the load is our own.
    Form form = options.form();
    Table table = new Table();
    boolean good = true;
    for (Suite suite : options.suites()) {
      good &= measured(suite, form, table);
    }
    System.out.println(machine);
    System.out.printf(
        "%s form, %d rounds; figures are medians, the spread is half of what lies between rounds%n",
        form.name(), form.rounds());
    table.lines().forEach(System.out::println);
    return good ? 0 : 1;
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
