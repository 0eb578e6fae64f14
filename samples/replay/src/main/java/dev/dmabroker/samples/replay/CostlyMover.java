package dev.dmabroker.samples.replay;

import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spi.Mover;
import java.time.Duration;

/** Copies nothing, since no device of a trace looks at contents, and takes the time of a copy. */
record CostlyMover(Simulation world, Costs costs) implements Mover {
  @Override
  public String name() {
    return "counted";
  }

  @Override
  public long copy(Copy copy) {
    long bytes = copy.from().sizeBytes();
    world.sleep(Duration.ofNanos(costs.ofCopy(bytes)));
    return bytes;
  }
}
