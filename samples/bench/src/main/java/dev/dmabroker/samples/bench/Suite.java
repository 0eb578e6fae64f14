package dev.dmabroker.samples.bench;

/** Figures that belong together. */
interface Suite {

  /** What the command line calls it. */
  String name();

  /**
   * Measures.
   *
   * @throws MeasuringException if something went wrong; a missed bar is no such thing
   */
  void measure(Form form, Table table);

  /** Tells the person at the console how far it is. */
  default void progress(Form form, int round, String what) {
    System.err.printf("%s: round %d of %d, %s%n", name(), round, form.rounds(), what);
  }
}
