package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Subscription;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.simulated.Trial;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * A small soak in a simulated world: a few threads do everything to a few buffers, so that they
 * meet often. The seed decides all of it.
 */
public final class SimulatedSoak implements Trial {
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final int MOMENTS = 120_000;

  @Override
  public String run(long seed) throws Exception {
    Simulation world = Simulation.of(seed, Simulation.Pace.BUSY);
    StringBuilder report = new StringBuilder();
    long start = world.nanos();
    world.run(
        () -> {
          report.append(new Run(world, seed).soak());
          report.append(" nanos=").append(world.nanos() - start);
        });
    return report + " steps=" + world.steps() + " digest=" + Long.toHexString(world.digest());
  }

  /** One soak, in the simulation's first thread. */
  private static final class Run {
    private final Simulation world;
    private final Random random;
    private final SoakBroker soak;
    private final Broker broker;
    private final SoakActions actions;

    Run(Simulation world, long seed) {
      this.world = world;
      this.random = new Random(~seed * 0x9e3779b97f4a7c15L);
      this.soak = new SoakBroker(seed, 1 + random.nextInt(3));
      this.broker = soak.build(LeakTracking.NEVER);
      Subscription unused = broker.listen(new Drains(), Delivery.IN_PLACE);
      this.actions =
          new SoakActions(
              broker,
              some(SoakBroker.devices(broker)),
              1 + random.nextInt(2),
              40 + random.nextInt(80),
              Duration.ofNanos(200_000),
              soak.faults,
              soak.fences);
    }

    /** Two devices that every place suits, and maybe others, which bring their wishes. */
    private List<Device> some(List<Device> devices) {
      List<Device> some = new ArrayList<>(devices);
      Collections.shuffle(some, random);
      some = new ArrayList<>(some.subList(0, Math.max(0, random.nextInt(8) - 4)));
      some.add(broker.register("writer", Constraints.none()));
      some.add(broker.register(DeviceSpec.builder("reader").access(Access.READ).build()));
      return some;
    }

    private static Constraints permitted(String... heaps) {
      return Constraints.builder().permittedHeaps(heaps).build();
    }

    String soak() {
      soak.fences.start();
      List<WorldThread> threads = new ArrayList<>();
      Random flips = new Random(random.nextLong());
      List<Device> clashing =
          List.of(
              broker.register("left", permitted("small", "system")),
              broker.register("right", permitted("tiny", "cma")));
      threads.add(world.thread("flip", () -> actions.flip(flips, clashing)));
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        Random its = new Random(random.nextLong());
        threads.add(world.thread("soak-" + i, () -> actions.work(its)));
      }
      threads.forEach(WorldThread::start);
      disturb(threads);
      threads.forEach(world::join);
      check();
      rest();
      end();
      return "operations=%d maps=%d refused=%d moves=%d rollbacks=%d evictions=%d faults=%s"
          .formatted(
              actions.operations.get(),
              actions.maps.get(),
              actions.refused.get(),
              soak.counts.moves.get(),
              soak.counts.rollbacks.get(),
              soak.counts.evictions.get(),
              soak.faults);
    }

    /** Interrupts one thread after the other, and looks at the broker. */
    private void disturb(List<WorldThread> threads) {
      while (threads.stream().anyMatch(world::isAlive) && actions.failures.isEmpty()) {
        world.sleep(MOMENT.multipliedBy(3));
        threads.get(random.nextInt(threads.size())).interrupt();
        SnapshotInvariants.check(broker.snapshot());
      }
    }

    /** Once no mapping is open and no fence pending, no memory is kept of places left behind. */
    private void rest() {
      try {
        soak.fences.end(world::join);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      until("every map has ended", () -> actions.asked.get() == 0);
      until(
          "memory was given back",
          () ->
              broker.snapshot().buffers().stream().filter(it -> it.heap().isPresent()).count()
                  == soak.heaps.stream().mapToInt(ScriptedHeap::live).sum());
    }

    private void end() {
      actions.close();
      until("every map has ended", () -> actions.asked.get() == 0);
      SnapshotInvariants.check(broker.snapshot());
      try {
        broker.close();
      } catch (WaitInterruptedException e) {
        boolean unused = Thread.interrupted(); // By a fault, as memory was given back here.
      }
      check();
      for (ScriptedHeap heap : soak.heaps) {
        until(heap.name() + " got everything back", () -> heap.live() == 0);
        until(heap.name() + " is closed", () -> heap.timesClosed() == 1);
      }
      assertEquals(0, soak.fences.poller.pending(), "fences that are watched");
    }

    /**
     * A drain ends as its last writer leaves, unless that stands before its report, and not later.
     */
    private final class Drains implements BrokerListener {
      @Override
      public void moved(BufferMove event) {
        if (!event.deadline().isZero()
            && event.drain().compareTo(event.deadline()) >= 0
            && noneStood(event)) {
          actions.failures.add(new AssertionError("nothing ended the drain in time: " + event));
        }
      }

      /** A thread that stood meanwhile may have been the one that was to report, or to end it. */
      private boolean noneStood(BufferMove event) {
        return world.stoodUntil() < world.nanos() - event.stall().toNanos();
      }

      @Override
      public void moveRolledBack(BufferMove event) {
        if (event.failure().orElse("").startsWith("mappings were still out")
            && event.holders().isEmpty()
            && noneStood(event)) {
          actions.failures.add(new AssertionError("a drain waited for nothing: " + event));
        }
      }
    }

    private void check() {
      soak.heaps.forEach(heap -> heap.misuse().ifPresent(actions.failures::add));
      Throwable failure = actions.failures.peek();
      if (failure != null) {
        throw new AssertionError(failure.getMessage(), failure);
      }
    }

    private void until(String what, BooleanSupplier holds) {
      for (int i = 0; !holds.getAsBoolean(); i++) {
        if (i == MOMENTS) {
          throw new AssertionError("in vain: " + what);
        }
        world.sleep(MOMENT);
        boolean unused = Thread.interrupted();
      }
    }
  }
}
