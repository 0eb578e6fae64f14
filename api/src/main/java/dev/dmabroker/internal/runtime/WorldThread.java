package dev.dmabroker.internal.runtime;

/** A thread of the engine, or of a simulation: it lives in the {@link World} of its maker. */
public class WorldThread extends Thread {
  private final World world;

  public WorldThread(Runnable work) {
    this(World.here(), work);
  }

  public WorldThread(World world, Runnable work) {
    super(world.running(work));
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
  public void interrupt() {
    world.interrupt(this, super::interrupt);
  }
}
