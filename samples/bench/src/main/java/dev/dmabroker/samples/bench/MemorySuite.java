package dev.dmabroker.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a buffer costs of the JVM's heap. */
final class MemorySuite implements Suite {
  /** Room for what the worker weighs, with plenty to spare for what it should not take. */
  private static final int MOST_BYTES_EACH = 8 << 10;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void measure(Form form, Table table) {
    Figure unbacked = figure(form, "unbacked", "exported, two attachments");
    Figure backed = figure(form, "backed", "the same with memory, mapped once by each");
    table.section(
        String.format(Locale.ROOT, "memory: heap for each of %,d buffers", form.buffers()));
    table.add(unbacked, Bar.MEMORY);
    table.add(backed, unbacked);
  }

  private Figure figure(Form form, String kind, String what) {
    List<Double> rounds = new ArrayList<>();
    for (int round = 1; round <= form.rounds(); round++) {
      progress(form, round, kind);
      long mebibytes = (((long) form.buffers() * MOST_BYTES_EACH) >> 20) + 512;
      // The serial collector counts to the byte.
      try (Worker worker =
          Worker.java(MemoryWorker.class, "-XX:+UseSerialGC", "-Xmx" + mebibytes + "m")) {
        rounds.add(worker.number(kind, form.buffers()) / (double) form.buffers());
      }
    }
    return Figure.of(what, Unit.BYTES, rounds);
  }
}
