package dev.dmabroker.metrics;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightEventsTest {
  private static final int SIZE = 4096;

  private final ScriptedHeap system = ScriptedHeap.system();
  private final ScriptedHeap cma = ScriptedHeap.cma();
  private final CountDownLatch moved = new CountDownLatch(1);
  private final CountDownLatch rolledBack = new CountDownLatch(1);
  private final CountDownLatch stalled = new CountDownLatch(1);

  /** Told after the events are written. */
  private final BrokerListener after =
      new BrokerListener() {
        @Override
        public void moved(BufferMove event) {
          moved.countDown();
        }

        @Override
        public void moveRolledBack(BufferMove event) {
          rolledBack.countDown();
        }

        @Override
        public void stalled(MapStalled event) {
          stalled.countDown();
        }
      };

  private List<RecordedEvent> recorded(Path folder, Scene scene) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      scene.play();
      recording.stop();
      recording.dump(file);
    }
    // A file has the events by the thread that made them.
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().startsWith("dmabroker."))
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .toList();
  }

  private interface Scene {
    void play() throws Exception;
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream().filter(it -> it.getEventType().getName().equals(name)).toList();
    assertEquals(1, found.size(), () -> name + " in " + events);
    return found.get(0);
  }

  private static String frames(RecordedEvent event) {
    return event.getStackTrace().getFrames().stream()
        .map(frame -> frame.getMethod().getName())
        .collect(Collectors.joining(" "));
  }

  @Test
  void whatHappensIsRecorded(@TempDir Path folder) throws Exception {
    List<RecordedEvent> events = recorded(folder, this::lateAttach);

    RecordedEvent allocation = only(events, "dmabroker.Allocation");
    assertEquals("frame", allocation.getString("buffer"));
    assertEquals("system", allocation.getString("heap"));
    assertEquals(SIZE, allocation.getLong("size"));
    assertTrue(allocation.getDuration("took").toNanos() > 0);
    assertTrue(frames(allocation).contains("lateAttach"), () -> frames(allocation));

    RecordedEvent stall = only(events, "dmabroker.Stall");
    assertEquals("display", stall.getString("device"));
    assertTrue(stall.getDuration("waited").toNanos() > 0);
    assertTrue(stall.getBoolean("granted"));
    assertNotNull(stall.getStackTrace());

    List<RecordedEvent> moves =
        events.stream().filter(it -> it.getEventType().getName().endsWith(".Move")).toList();
    assertEquals(2, moves.size(), moves::toString);
    RecordedEvent failed = moves.get(0);
    assertTrue(failed.getString("failure").contains("told to"), failed::toString);
    assertNull(failed.getString("to"));
    RecordedEvent done = moves.get(1);
    assertNull(done.getString("failure"));
    assertEquals("system", done.getString("from"));
    assertEquals("cma", done.getString("to"));
    // After the first try failed, the next is for the attach or for the map that waits.
    String cause = done.getString("cause");
    assertTrue(cause.equals("ATTACH") || cause.equals("MAP"), cause);
    assertEquals("display", done.getString("beneficiary"));
    assertEquals(SIZE, done.getLong("copied"));
    assertEquals(2, done.getLong("generation"));
    assertTrue(done.getDuration("stall").compareTo(done.getDuration("copy")) >= 0);
    assertNull(done.getStackTrace());

    RecordedEvent refusal = only(events, "dmabroker.HeapRefusal");
    assertEquals("cma", refusal.getString("heap"));
    assertEquals("FULL", refusal.getString("kind"));
    assertEquals("told to", refusal.getString("reason"));

    RecordedEvent attach = only(events, "dmabroker.AttachRefusal");
    assertEquals("impossible", attach.getString("device"));
    assertTrue(attach.getString("reason").contains("frame"), attach::toString);
    assertTrue(frames(attach).contains("lateAttach"), () -> frames(attach));
  }

  /** A move is refused room, tried again, and held up by a writer until a map waits for it. */
  private void lateAttach() throws Exception {
    try (Broker broker =
        Broker.builder()
            .heap(system)
            .heap(cma)
            .heuristic(new FirstFit())
            .moveRetries(Duration.ofMillis(1), 2)
            .listener(new FlightEvents(), Delivery.IN_PLACE)
            .listener(after, Delivery.IN_PLACE)
            .build()) {
      Device camera =
          broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      Device impossible =
          broker.register(
              "impossible", Constraints.builder().forbiddenHeaps("system", "cma").build());
      Attachment in = broker.export("frame", BlobSpec.of(SIZE)).attach(camera);
      Mapping held = in.map(Access.WRITE);
      assertThrows(UnsatisfiableException.class, () -> in.buffer().attach(impossible));
      cma.refuseNext(HeapException.Kind.FULL);
      Attachment out = in.buffer().attach(display);
      var waiting = out.mapAsync(Access.READ);
      assertTrue(rolledBack.await(30, SECONDS));
      held.close();
      waiting.get(30, SECONDS).close();
      assertTrue(moved.await(30, SECONDS));
      assertTrue(stalled.await(30, SECONDS));
    }
  }

  @Test
  void aLeakSaysWhereItWasMade(@TempDir Path folder) throws Exception {
    Throwable site = new Throwable("exported here");
    List<RecordedEvent> events =
        recorded(
            folder,
            () -> {
              FlightEvents flight = new FlightEvents();
              flight.leaked(leak(Optional.of(site)));
            });
    RecordedEvent event = only(events, "dmabroker.Leak");
    assertEquals("frame", event.getString("buffer"));
    assertEquals("MAPPING", event.getString("kind"));
    assertEquals(Duration.ofMillis(5), event.getDuration("age"));
    assertTrue(
        event.getString("created").contains("FlightEventsTest.aLeakSaysWhereItWasMade"),
        event::toString);
  }

  @Test
  void aViolationOfAccessHasBothLinesOfCode(@TempDir Path folder) throws Exception {
    Throwable site = new Throwable("mapped here");
    List<RecordedEvent> events =
        recorded(
            folder,
            () ->
                new FlightEvents()
                    .accessViolated(
                        new TestEvents.Violated(
                            AccessViolation.Kind.READER_WROTE,
                            "frame",
                            "camera",
                            Access.READ,
                            1,
                            "the contents changed",
                            Optional.of(site),
                            Optional.empty())));
    RecordedEvent event = only(events, "dmabroker.AccessViolation");
    assertEquals("frame", event.getString("buffer"));
    assertEquals("camera", event.getString("device"));
    assertEquals("READER_WROTE", event.getString("kind"));
    assertEquals("READ", event.getString("declared"));
    assertEquals("the contents changed", event.getString("found"));
    assertTrue(
        event.getString("first").contains("FlightEventsTest.aViolationOfAccessHasBothLinesOfCode"),
        event::toString);
    assertNull(event.getString("second"));
  }

  @Test
  void whatIsToldFromTheQueueIsRecordedToo(@TempDir Path folder) throws Exception {
    List<RecordedEvent> events =
        recorded(
            folder,
            () -> {
              try (Broker broker =
                  Broker.builder()
                      .heap(system)
                      .heuristic(new FirstFit())
                      .listener(new FlightEvents())
                      .build()) {
                broker.export("frame", BlobSpec.of(SIZE)).prepare();
                Await.until("told", () -> broker.snapshot().listeners().get(0).delivered() == 1);
              }
            });
    assertEquals("frame", only(events, "dmabroker.Allocation").getString("buffer"));
  }

  /** The first event of a kind would set the kind up, in the thread that tells of it. */
  @Test
  void everyKindOfEventIsSetUpWhenTheListenerIsMade() throws Exception {
    Set<String> loaded = new HashSet<>();
    ClassLoader fresh =
        new ClassLoader(FlightEvents.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(FlightEvents.class.getPackageName())) {
              return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
          }

          private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
              byte[] code = in.readAllBytes();
              loaded.add(name);
              return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
              throw new ClassNotFoundException(name, e);
            }
          }
        };
    Object listener =
        fresh.loadClass(FlightEvents.class.getName()).getDeclaredConstructor().newInstance();
    Set<String> expected = new HashSet<>(Set.of(listener.getClass().getName()));
    expected.add(BrokerEvent.class.getName());
    for (Class<?> kind : BrokerEvent.class.getDeclaredClasses()) {
      expected.add(kind.getName());
    }
    assertEquals(expected, loaded);
  }

  private static LeakFound leak(Optional<Throwable> site) {
    return new TestEvents.Leaked(
        LeakFound.Kind.MAPPING,
        "frame",
        Optional.of("camera"),
        Optional.of(Access.READ),
        Duration.ofMillis(5),
        site);
  }

  @Test
  void nothingIsWrittenWhereNobodyRecords() {
    new FlightEvents().leaked(leak(Optional.empty()));
  }
}
