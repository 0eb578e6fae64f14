package dev.dmabroker.fuzz;

import java.time.Duration;

/**
 * One step of a walk: a call of one public method with its arguments.
 *
 * @param operation the method
 * @param text the arguments, for a person to read
 * @param hasNull whether an argument is null
 * @param patience how long the arguments allow the call to block
 * @param endsByInterrupt whether the call is interrupted if it blocks for long
 * @param interrupted whether its thread is interrupted already when it begins
 * @param elsewhere whether a thread of its own makes it
 * @param action makes it
 */
record Step(
    Operation operation,
    String text,
    boolean hasNull,
    Duration patience,
    boolean endsByInterrupt,
    boolean interrupted,
    boolean elsewhere,
    Operation.Action action) {

  @Override
  public String toString() {
    return operation.method()
        + " on "
        + text
        + (interrupted ? ", interrupted" : "")
        + (elsewhere ? ", in another thread" : "");
  }
}
