package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A stream in which nothing happens wakes no thread; what falls due is noticed in time. */
class SleepingWatchTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration HOLD = Duration.ofMillis(5);
  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final Simulation world = Simulation.inOrder();
  private final ScriptedHeap heap = ScriptedHeap.system();
  private final List<String> events = new ArrayList<>();

  /** How often the timer's thread ran. */
  private int timed;

  /** What a test does, in the world's first thread. */
  private record Scene(Broker broker, Device camera, Device viewer) {
    BufferStream stream(UnaryOperator<StreamSpec.Builder> how) {
      StreamSpec.Builder spec =
          StreamSpec.builder("video", BlobSpec.of(4096), camera).quietTime(QUIET);
      BufferStream stream = broker.stream(how.apply(spec).build());
      return stream;
    }
  }

  private void play(Consumer<Scene> scene) throws InterruptedException {
    world.tell(step -> timed += step.contains("dmabroker-timer") ? 1 : 0);
    world.run(
        () -> {
          try (Broker broker =
              Broker.builder()
                  .heap(heap)
                  .heuristic(new InOrder())
                  .leakTracking(LeakTracking.NEVER)
                  .build()) {
            broker.listen(new Teller(), Delivery.IN_PLACE);
            Device camera = device(broker, "camera");
            scene.accept(new Scene(broker, camera, device(broker, "viewer")));
          }
        });
  }

  private static Device device(Broker broker, String name) {
    return broker.register(DeviceSpec.builder(name).longestHold(HOLD).build());
  }

  /** Notes events with the milliseconds since the scene's moment. */
  private final class Teller implements BrokerListener {
    @Override
    public void overheld(Overheld event) {
      events.add(event.device() + " " + event.excess() + " " + event.held().toMillis() + " ms");
    }

    @Override
    public void streamChanged(StreamChanged event) {
      events.add(event.change() + " " + event.device() + " at " + millis());
    }

    @Override
    public void streamResized(StreamResized event) {
      events.add(event.before() + " to " + event.after() + " at " + millis());
    }
  }

  private long begun;

  /** What follows is noted, with its time since now. */
  private void begin() {
    begun = world.nanos();
    events.clear();
    timed = 0;
  }

  private long millis() {
    return Duration.ofNanos(world.nanos() - begun).toMillis();
  }

  @Test
  void framesThatAreHeldForAnHourAreToldOnceAndLeftAlone() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.minBuffers(2).maxBuffers(2));
          StreamConsumer consumer = stream.consumer(scene.viewer, Policy.EVERY_FRAME);
          stream.start();
          stream.acquire().submit();
          begin();
          try (Frame frame = consumer.take();
              EmptyFrame filling = stream.acquire()) {
            world.sleep(HOUR);
            assertEquals(
                List.of("camera TOO_LONG 5 ms", "viewer TOO_LONG 5 ms"), events, "in time");
            assertTrue(timed < 10, () -> "the timer ran " + timed + " times");
          }
        });
  }

  @Test
  void aProducerThatWaitsForAnHourIsLeftAlone() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.minBuffers(1).maxBuffers(1));
          StreamConsumer consumer = stream.consumer(scene.viewer, Policy.EVERY_FRAME);
          stream.start();
          stream.acquire().submit();
          begin();
          CompletableFuture<EmptyFrame> waiting = stream.acquireAsync(HOUR.multipliedBy(2));
          world.sleep(HOUR);
          assertTrue(timed < 10, () -> "the timer ran " + timed + " times");
          consumer.take().close();
          world.join(waiting).close();
        });
  }

  @Test
  void whatIsNotDeclaredIsGivenBackAfterTheQuietTimeAndThenNothingIsDone() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.minBuffers(1));
          stream.start();
          EmptyFrame one = stream.acquire();
          EmptyFrame other = stream.acquire();
          one.close();
          other.close();
          begin();
          world.sleep(HOUR);
          assertEquals(List.of("2 to 1 at 2000"), events);
          assertTrue(timed < 10, () -> "the timer ran " + timed + " times");
        });
  }

  @Test
  void whatOnlyAConsumerNeededIsGivenBackWhenItHasLeft() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.minBuffers(1));
          Device screen =
              scene.broker.register(
                  DeviceSpec.builder("screen")
                      .constraints(Constraints.builder().camping(2).build())
                      .build());
          StreamConsumer consumer = stream.consumer(screen, Policy.LATEST);
          stream.start();
          world.sleep(HOUR);
          begin();
          consumer.close();
          world.sleep(HOUR);
          assertEquals(
              List.of("CONSUMER_LEFT screen at 0", "3 to 2 at 0", "2 to 1 at 0"),
              events.stream().map(event -> event.replace(" at 1", " at 0")).toList());
        });
  }

  @Test
  void heapsThatRefusedAreAskedAgainAfterTheQuietTime() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.minBuffers(1));
          stream.start();
          EmptyFrame one = stream.acquire();
          heap.refuseNext(HeapException.Kind.FULL);
          begin();
          EmptyFrame other = stream.acquire(HOUR);
          assertEquals("1 to 2 at 2000", events.get(events.size() - 1));
          one.close();
          other.close();
        });
  }

  @Test
  void aConsumerThatDoesNotAnswerIsLookedAtTwice() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.dispensable(scene.viewer, PATIENCE));
          StreamConsumer consumer = stream.consumer(scene.viewer, Policy.EVERY_FRAME);
          stream.start();
          stream.acquire().submit();
          begin();
          Frame frame = consumer.take();
          world.sleep(HOUR);
          assertTrue(events.contains("CONSUMER_LEFT_OUT viewer at 150"), events::toString);
          assertTrue(timed < 20, () -> "the timer ran " + timed + " times");
          frame.close();
        });
  }

  @Test
  void anAnswerJustAfterTheFirstLookCounts() throws Exception {
    play(
        scene -> {
          BufferStream stream = scene.stream(spec -> spec.dispensable(scene.viewer, PATIENCE));
          StreamConsumer consumer = stream.consumer(scene.viewer, Policy.EVERY_FRAME);
          stream.start();
          for (int i = 0; i < 5; i++) {
            stream.acquire().submit();
            Frame frame = consumer.take();
            world.sleep(PATIENCE.plusMillis(20));
            frame.close();
          }
          world.sleep(HOUR);
          assertEquals(0, stream.snapshot().leftOut());
        });
  }
}
