package dev.dmabroker.internal.broker;

import dev.dmabroker.internal.broker.DuelUser.Way;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.simulated.Trial;
import dev.dmabroker.spec.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One buffer, one thread that has it moved to and fro, and one or two that use it in a single way.
 * Nothing fails here and no thread stands without a reason, so all that is late is wrong: a drain
 * that lasts until its deadline, a map that times out, a close that waits in vain, memory that is
 * kept while all rest.
 */
public final class SimulatedDuel implements Trial {
  private static final List<Simulation.Pace> PACES =
      List.of(Simulation.Pace.IDLE, Simulation.Pace.RANKED);

  private static final List<Way> WAYS = List.of(Way.values());

  @Override
  public String run(long seed) throws Exception {
    Simulation world = Simulation.of(seed, PACES.get(Math.floorMod(seed, PACES.size())));
    StringBuilder report = new StringBuilder();
    long start = world.nanos();
    world.run(
        () -> {
          report.append(play(world, new Random(seed * 0x9e3779b97f4a7c15L)));
          report.append(" nanos=").append(world.nanos() - start);
        });
    return report + " steps=" + world.steps() + " digest=" + Long.toHexString(world.digest());
  }

  private interface Work {
    void run() throws Exception;
  }

  /** In the simulation's first thread. */
  private static String play(Simulation world, Random random) {
    Way way = WAYS.get(random.nextInt(WAYS.size()));
    Duel duel = new Duel(world, 8 + random.nextInt(12));
    List<WorldThread> threads = new ArrayList<>();
    DuelMover mover = new DuelMover(duel, next(random));
    threads.add(thread(duel, "mover", () -> duel.inRounds(mover::round)));
    DuelUser writer = new DuelUser(duel, way, Access.READ_WRITE, next(random));
    threads.add(thread(duel, "writer", writer::run));
    if (random.nextBoolean()) {
      Way other = random.nextBoolean() ? Way.KEEP : Way.MAP;
      DuelUser reader = new DuelUser(duel, other, Access.READ, next(random));
      threads.add(thread(duel, "reader", reader::run));
    }
    threads.forEach(WorldThread::start);
    duel.watch();
    threads.forEach(world::join);
    return "way=" + way + " moves=" + duel.end();
  }

  private static Random next(Random random) {
    return new Random(random.nextLong());
  }

  private static WorldThread thread(Duel duel, String name, Work work) {
    return duel.world.thread(
        name,
        () -> {
          try {
            work.run();
          } catch (Throwable t) {
            duel.fail(t);
          }
        });
  }
}
