package dev.dmabroker.fuzz;

/** Ends a step that has nothing to work on. */
final class Skip extends RuntimeException {
  private static final long serialVersionUID = 1;

  Skip() {
    super("nothing to work on", null, false, false);
  }
}
