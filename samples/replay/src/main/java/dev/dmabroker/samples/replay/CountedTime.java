package dev.dmabroker.samples.replay;

import dev.dmabroker.internal.simulation.Simulation;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time of a simulation, from now on. It passes only as work takes it or is waited for. */
final class CountedTime implements Pacer {
  private final Simulation world;
  private final long startNanos;

  CountedTime(Simulation world) {
    this.world = world;
    this.startNanos = world.nanos();
  }

  @Override
  public long micros() {
    return TimeUnit.NANOSECONDS.toMicros(world.nanos() - startNanos);
  }

  @Override
  public void await(long micros) {
    long dueNanos = startNanos + TimeUnit.MICROSECONDS.toNanos(micros);
    while (world.nanos() < dueNanos) {
      world.sleep(Duration.ofNanos(dueNanos - world.nanos()));
    }
  }
}
