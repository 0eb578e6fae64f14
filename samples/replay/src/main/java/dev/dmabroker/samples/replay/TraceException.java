package dev.dmabroker.samples.replay;

/** A trace that cannot be read. */
final class TraceException extends Exception {
  private static final long serialVersionUID = 1;

  private final int line;

  TraceException(int line, String message) {
    super("line " + line + ": " + message);
    this.line = line;
  }

  TraceException(int line, String message, Throwable cause) {
    super("line " + line + ": " + message, cause);
    this.line = line;
  }

  /** The line that is wrong, from 1; one past the last if something is missing at the end. */
  int line() {
    return line;
  }
}
