package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AlarmTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final long NEVER = Durations.nanos(Durations.LONGEST);

  private final Simulation world = Simulation.inOrder();
  private final List<Long> rung = new ArrayList<>();

  /** Does that with an alarm at 0 o'clock, and waits for half a day. */
  private void run(Consumer<Alarm> scene) throws InterruptedException {
    world.run(
        () -> {
          Workers workers = new Workers(new Settings.Draft().done(ScriptedMover::new), 0);
          long start = world.nanos();
          Alarm alarm = new Alarm(world, workers, () -> rung.add((world.nanos() - start) / HOUR));
          scene.accept(alarm);
          world.sleep(Duration.ofHours(12));
          workers.close();
        });
  }

  private long at(int hours) {
    return world.nanos() + hours * HOUR;
  }

  @Test
  void theEarliestMomentCounts() throws Exception {
    run(
        alarm -> {
          alarm.by(at(3));
          alarm.by(at(2));
          alarm.by(at(4));
          assertEquals(2 * HOUR, alarm.left(world.nanos()));
        });
    assertEquals(List.of(2L), rung);
  }

  @Test
  void onceItHasRungItIsSetAnew() throws Exception {
    run(
        alarm -> {
          alarm.by(at(1));
          world.sleep(Duration.ofHours(2));
          assertEquals(NEVER, alarm.left(world.nanos()));
          alarm.by(at(3));
        });
    assertEquals(List.of(1L, 5L), rung);
  }

  @Test
  void whatIsDueRunsSoon() throws Exception {
    run(alarm -> alarm.by(at(-1)));
    assertEquals(List.of(0L), rung);
  }

  @Test
  void onceClosedItDoesNotRing() throws Exception {
    run(
        alarm -> {
          alarm.by(at(1));
          alarm.close();
          alarm.by(at(2));
          assertEquals(NEVER, alarm.left(world.nanos()));
        });
    assertEquals(List.of(), rung);
  }
}
