package dev.dmabroker.fuzz;

/**
 * One public method of the API: how often it is called, and how its arguments are drawn.
 *
 * @param method its name, as in {@link DocumentedExceptions}
 * @param weight how often it is called, next to others
 * @param maker draws the receiver and the arguments
 */
record Operation(String method, int weight, Maker maker) {

  /** Draws the receiver and the arguments of a call, from the seed alone. */
  interface Maker {
    /** What the call does later. */
    Action make(Draw draw);
  }

  /** A call with all its arguments. */
  interface Action {
    /** Makes the call, and keeps what comes of it. */
    void run(World world) throws Exception;
  }
}
