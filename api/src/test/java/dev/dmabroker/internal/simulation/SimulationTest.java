package dev.dmabroker.internal.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void timeGoesOnOnlyWhileNoThreadCouldRun() throws Exception {
    Simulation world = Simulation.of(1, Simulation.Pace.BUSY);
    List<String> said = new ArrayList<>();
    world.run(
        () -> {
          world.thread("late", () -> say(world, said, HOUR.multipliedBy(2))).start();
          world.thread("early", () -> say(world, said, HOUR)).start();
          say(world, said, HOUR.multipliedBy(3));
        });
    assertEquals(List.of("early after 1 h", "late after 2 h", "main after 3 h"), said);
  }

  private static void say(Simulation world, List<String> said, Duration after) {
    long start = world.nanos();
    world.sleep(after);
    Duration took = Duration.ofNanos(world.nanos() - start);
    said.add(Thread.currentThread().getName() + " after " + took.toHours() + " h");
  }

  @Test
  void aSeedDecidesWhichThreadGoesOn() throws Exception {
    Set<String> orders = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      String order = order(seed);
      assertEquals(order, order(seed), "seed " + seed);
      orders.add(order);
    }
    assertEquals(Set.of("abc", "acb", "bac", "bca", "cab", "cba"), orders);
  }

  private static String order(long seed) throws InterruptedException {
    StringBuilder order = new StringBuilder();
    Simulation world = Simulation.of(seed, Simulation.Pace.BUSY);
    world.run(
        () ->
            List.of("a", "b", "c")
                .forEach(name -> world.thread(name, () -> order.append(name)).start()));
    return order.toString();
  }

  @Test
  void threadsWhoseWaitsEndAtOneMomentMeet() throws Exception {
    Set<String> orders = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      StringBuilder order = new StringBuilder();
      Simulation world = Simulation.of(seed, Simulation.Pace.IDLE);
      world.run(
          () -> {
            for (String name : List.of("a", "b")) {
              world
                  .thread(
                      name,
                      () -> {
                        world.sleep(HOUR);
                        order.append(name);
                        pass(20);
                        order.append(name);
                      })
                  .start();
            }
          });
      orders.add(order.toString());
    }
    assertEquals(Set.of("aabb", "abab", "abba", "baab", "baba", "bbaa"), orders);
  }

  @Test
  void aThreadOfARankStandsWhileOthersOnlyWait() throws Exception {
    Simulation world = Simulation.of(1, Simulation.Pace.RANKED);
    List<String> said = new ArrayList<>();
    world.run(
        () -> {
          world.thread("waiter", () -> say(world, said, Duration.ofNanos(2))).start();
          world.sleep(Duration.ofNanos(1)); // Now it waits, and no other thread could run.
          pass(1000);
          said.add("main");
        });
    assertEquals(List.of("waiter after 0 h", "main"), said);
  }

  private static void pass(int times) {
    for (int i = 0; i < times; i++) {
      Simulation.pass();
    }
  }

  @Test
  void whatCannotGoOnIsSaid() {
    Simulation world = Simulation.of(1, Simulation.Pace.BUSY);
    SimulationException stuck =
        assertThrows(
            SimulationException.class,
            () -> world.run(() -> world.join(new CompletableFuture<String>())));
    assertTrue(stuck.toString().contains("main waits for CompletableFuture"), stuck::toString);
  }

  @Test
  void whatAThreadThrowsEndsTheSimulation() {
    Simulation world = Simulation.of(1, Simulation.Pace.BUSY);
    SimulationException thrown =
        assertThrows(
            SimulationException.class,
            () ->
                world.run(
                    () -> {
                      throw new IllegalStateException("on purpose");
                    }));
    assertEquals("on purpose", thrown.getMessage());
  }

  @Test
  void aWaitEndsAtItsDeadlineOrByAnInterrupt() throws Exception {
    Simulation world = Simulation.of(1, Simulation.Pace.BUSY);
    List<String> said = new ArrayList<>();
    world.run(
        () -> {
          assertThrows(
              TimeoutException.class, () -> world.get(new CompletableFuture<>(), 5_000_000));
          WorldThread waiter =
              world.thread(
                  "waiter",
                  () -> {
                    world.sleep(HOUR);
                    said.add("interrupted: " + Thread.interrupted());
                  });
          waiter.start();
          world.sleep(Duration.ofMinutes(1));
          waiter.interrupt();
          world.join(waiter);
          said.add(Duration.ofNanos(world.nanos()).toMinutes() + " min");
        });
    assertEquals(List.of("interrupted: true", "1 min"), said);
  }

  @Test
  void aBrokerLivesInTheWorldOfTheThreadThatBuildsIt() throws Exception {
    String events = pipeline(7);
    assertEquals(events, pipeline(7));
    assertTrue(events.contains("moved frame to cma, stalled PT0.002S"), events);
    assertTrue(events.contains("a map waited PT0.005S"), events);
  }

  /** What comes of a display that joins a camera, in a world of that seed. */
  private static String pipeline(long seed) throws InterruptedException {
    Simulation world = Simulation.of(seed, Simulation.Pace.BUSY);
    StringBuilder events = new StringBuilder();
    world.tell(step -> events.append(step).append('\n'));
    ScriptedHeap system = ScriptedHeap.system();
    ScriptedHeap cma = ScriptedHeap.cma();
    cma.onAllocate(() -> world.sleep(Duration.ofMillis(3)));
    world.run(
        () -> {
          try (Broker broker =
              Broker.builder()
                  .heap(system)
                  .heap(cma)
                  .heuristic(new InOrder())
                  .leakTracking(LeakTracking.NEVER)
                  .mover(new SlowMover(Duration.ofMillis(2)))
                  .listener(new Teller(events))
                  .build()) {
            Device camera = broker.register("camera", Constraints.none());
            Device display = broker.register("display", Constraints.builder().contiguous().build());
            SharedBuffer frame = broker.export("frame", BlobSpec.of(4096));
            Attachment in = frame.attach(camera);
            fill(world, in, 3);
            WorldThread filler = world.thread("filler", () -> fill(world, in, 30));
            filler.start();
            world.sleep(Duration.ofMillis(10));
            Attachment out = frame.attach(display);
            out.map(Access.READ).close();
            world.join(filler);
            frame.close();
            in.close();
            out.close();
          }
        });
    return events + "digest " + world.digest();
  }

  private static void fill(World world, Attachment in, int frames) {
    for (int i = 0; i < frames; i++) {
      try (Mapping mapping = in.map(Access.WRITE)) {
        world.sleep(Duration.ofMillis(1));
      }
      world.sleep(Duration.ofMillis(1));
    }
  }

  private record Teller(StringBuilder events) implements BrokerListener {
    @Override
    public void moved(BufferMove event) {
      events.append("moved ").append(event.buffer());
      events
          .append(" to ")
          .append(event.to().orElseThrow())
          .append(", stalled ")
          .append(event.stall());
      events.append('\n');
    }

    @Override
    public void stalled(MapStalled event) {
      events.append("a map waited ").append(event.waited()).append('\n');
    }
  }
}
