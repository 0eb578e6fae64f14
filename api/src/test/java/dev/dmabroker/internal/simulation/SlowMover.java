package dev.dmabroker.internal.simulation;

import dev.dmabroker.internal.copy.CpuMover;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import java.time.Duration;

/** A mover that takes its time, as the world counts it. */
record SlowMover(Duration time) implements Mover {
  private static final Mover CPU = new CpuMover();

  @Override
  public String name() {
    return "slow";
  }

  @Override
  public long copy(Copy copy) throws HeapException {
    World.here().sleep(time);
    return CPU.copy(copy);
  }
}
