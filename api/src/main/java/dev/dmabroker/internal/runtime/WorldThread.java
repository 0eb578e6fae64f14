package dev.dmabroker.internal.runtime;

import org.jspecify.annotations.Nullable;

/** A thread of the engine, or of a simulation: it lives in the {@link World} of its maker. */
public class WorldThread extends Thread {
  private final World world;

  public WorldThread(Runnable work) {
    this(World.here(), work);
  }

  public WorldThread(World world, @Nullable Runnable work) {
    super(work);
    this.world = world;
  }

  /** Returns the world that the thread lives in. */
  public final World world() {
    return world;
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // What it calls is.
  public void start() {
    world.starting(this);
    super.start();
  }

  @Override
  @SuppressWarnings("DoNotCall") // The calling thread is this one.
  public void run() {
    world.run(this, super::run);
  }

  @Override
  public void interrupt() {
    world.interrupt(this, super::interrupt);
  }
}
