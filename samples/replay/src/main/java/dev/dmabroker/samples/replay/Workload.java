package dev.dmabroker.samples.replay;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A trace that is not recorded but drawn by lot: equal workloads give equal traces.
 *
 * @param kind what happens
 * @param seed of the random numbers
 * @param devices how many there are, at least {@link Fleet#LEAST}
 * @param buffers how many are exported in all
 * @param seconds the time in which streams begin, spread over all of it
 * @param scarceBytes the capacity of the contiguous heap
 */
record Workload(Kind kind, long seed, int devices, int buffers, int seconds, long scarceBytes) {
  /** The contiguous heap. */
  static final String SCARCE = "cma";

  /** What its table and files are called. */
  String name() {
    return kind.word() + "-" + seed;
  }

  /** The whole trace, in memory. */
  Trace trace() {
    List<Operation> operations = new ArrayList<>();
    generate(operations::add);
    return trace(Costs.USUAL, operations);
  }

  /** Writes the trace. The memory that this takes depends on what happens at one time. */
  void write(Costs costs, Path file) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      out.print(trace(costs, List.of()).text());
      generate(operation -> out.print(operation.line()));
      if (out.checkError()) {
        throw new IOException("the file system did not take all of " + file);
      }
    }
  }

  private Trace trace(Costs costs, List<Operation> operations) {
    return new Trace(
        List.of(TraceHeap.scattered("system"), TraceHeap.contiguous(SCARCE, scarceBytes)),
        Stream.PERIOD_MICROS,
        costs,
        operations);
  }

  private void generate(Consumer<Operation> to) {
    Agenda agenda = new Agenda();
    new Arrivals(this, agenda, new Script(agenda, to)).begin();
    agenda.run(micros -> {});
  }
}
