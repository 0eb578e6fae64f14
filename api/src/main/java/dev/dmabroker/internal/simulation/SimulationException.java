package dev.dmabroker.internal.simulation;

/** Says that a simulation did not come to its end, and why. */
public final class SimulationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SimulationException(String message) {
    super(message);
  }

  SimulationException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
