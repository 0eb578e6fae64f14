package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Durations of every length at every place that takes one: each is refused with its value, or it
 * works, and what observers are told of it is a number of nanoseconds that a long can hold.
 */
class DurationsTest extends Fixture {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final List<Duration> NEGATIVE =
      List.of(Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));

  /** A place of the public API that takes a duration. */
  private enum Place {
    MAP_TIMEOUT((test, given) -> test.use(builder -> builder.mapTimeout(given))),
    DEFAULT_HOLD((test, given) -> test.use(builder -> builder.longestHold(given))),
    CLOSE_TIMEOUT((test, given) -> test.use(builder -> builder.closeTimeout(given))),
    BACK_OFF((test, given) -> test.use(builder -> builder.moveRetries(given, 3))),
    HOLD((test, given) -> test.hold(given)),
    MAP((test, given) -> test.in.map(Access.WRITE, given).close()),
    PIN((test, given) -> test.in.pin(given).close()),
    PREPARE((test, given) -> test.buffer.prepare(given)),
    EVACUATE((test, given) -> test.buffer.evacuate(given)),
    REFRESH((test, given) -> test.shadow().refresh(given)),
    WRITE_BACK((test, given) -> test.shadow().writeBack(given)),
    QUIET_TIME((test, given) -> test.stream(test.video().toBuilder().quietTime(given).build())),
    ACQUIRE((test, given) -> test.stream(test.video()).acquire(given).close()),
    TAKE((test, given) -> test.take(given)),
    STOP((test, given) -> test.stop(given)),
    STOP_DEADLINE(
        (test, given) -> test.stream(test.video().toBuilder().stopDeadline(given).build()).close());

    @SuppressWarnings("ImmutableEnumChecker") // Each use is a lambda that holds nothing.
    private final BiConsumer<DurationsTest, Duration> use;

    Place(BiConsumer<DurationsTest, Duration> use) {
      this.use = use;
    }

    /** Whether zero means something there: not to wait. */
    boolean takesZero() {
      return this == STOP || this == STOP_DEADLINE;
    }
  }

  private final Device camera = broker.register("camera", Constraints.none());
  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(camera);

  // ---- Uses ----

  private void use(UnaryOperator<BrokerBuilder> with) {
    try (Broker other =
        with.apply(Broker.builder().heap(ScriptedHeap.system())).heuristic(new InOrder()).build()) {
      Device device = other.register("camera", Constraints.none());
      try (Attachment attachment = other.export(BlobSpec.of(1)).attach(device)) {
        attachment.map(Access.READ).close();
        observe(other);
      }
    }
  }

  private void hold(Duration longest) {
    Device slow = broker.register(DeviceSpec.builder("slow").longestHold(longest).build());
    try (Attachment attachment = buffer.attach(slow)) {
      attachment.map(Access.READ).close();
      observe(broker);
    }
  }

  private Shadow shadow() {
    SharedBuffer original =
        broker.adopt(
            "import",
            BlobSpec.of(SIZE),
            BlobSpec.of(SIZE).layout(),
            new ScriptedMemory(
                ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, new Object()));
    return broker.shadow(original);
  }

  private StreamSpec video() {
    return StreamSpec.of("video", BlobSpec.of(SIZE), camera);
  }

  private BufferStream stream(StreamSpec spec) {
    BufferStream stream = broker.stream(spec);
    stream.start();
    submit(stream, 1);
    observe(broker);
    return stream;
  }

  private void take(Duration timeout) {
    BufferStream stream = broker.stream(video());
    StreamConsumer consumer = stream.consumer(camera, Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 1);
    consumer.take(timeout).close();
  }

  private void stop(Duration deadline) {
    stream(video()).stop(deadline);
  }

  /** Every duration that a snapshot has can be told in nanoseconds. */
  private static void observe(Broker broker) {
    BrokerSnapshot snapshot = broker.snapshot();
    SnapshotInvariants.check(snapshot);
    Stream<Duration> devices = snapshot.devices().stream().map(device -> device.longestHold());
    Stream<Duration> moves =
        snapshot.buffers().stream().map(buffer -> buffer.moves()).flatMap(DurationsTest::times);
    Stream<Duration> streams =
        snapshot.streams().stream()
            .flatMap(
                stream ->
                    Stream.concat(
                        Stream.of(stream.producer()),
                        stream.consumers().stream().map(consumer -> consumer.holds())))
            .flatMap(DurationsTest::times);
    Stream.of(devices, moves, streams)
        .flatMap(each -> each)
        .forEach(each -> assertTrue(each.toNanos() >= 0, each::toString));
  }

  private static Stream<Duration> times(MoveStats moves) {
    return Stream.of(moves.backOff(), moves.longestStall(), moves.longestDrain());
  }

  private static Stream<Duration> times(StreamState.Holds holds) {
    return Stream.of(holds.total(), holds.longest(), holds.longestHold());
  }

  // ---- Each place and each length ----

  @ParameterizedTest
  @EnumSource
  void forEverWorks(Place place) {
    place.use.accept(this, FOR_EVER);
    observe(broker);
  }

  /** The call may have to wait longer than that, and says so then. */
  @ParameterizedTest
  @EnumSource
  void aNanosecondWorks(Place place) {
    try {
      place.use.accept(this, Duration.ofNanos(1));
    } catch (WaitTimeoutException | OutstandingMappingsException e) {
      assertSays(e, "after 0 ms", "within 0 ms");
    }
    observe(broker);
  }

  static Stream<Place> placesWithoutZero() {
    return Stream.of(Place.values()).filter(place -> !place.takesZero());
  }

  @ParameterizedTest
  @MethodSource("placesWithoutZero")
  void noTimeAtAllIsRefused(Place place) {
    assertRefused(place, Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  void lessThanNoTimeIsRefused(Place place) {
    NEGATIVE.forEach(given -> assertRefused(place, given));
  }

  private void assertRefused(Place place, Duration given) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> place.use.accept(this, given));
    assertSays(refusal, "must", "is " + given);
    observe(broker);
  }

  @Test
  void noTimeAtAllStopsAtOnce() {
    stop(Duration.ZERO);
    stream(video().toBuilder().stopDeadline(Duration.ZERO).build()).close();
  }

  // ---- What is told while a move waits for ever, and rests for ever ----

  @Test
  void aMoveWaitsForADeviceThatHoldsForEver() throws Exception {
    Device slow = broker.register(DeviceSpec.builder("slow").longestHold(FOR_EVER).build());
    Mapping held = buffer.attach(slow).map(Access.WRITE);
    buffer.attach(broker.register("display", CONTIGUOUS));
    Await.until("it drains", () -> buffer.state() == SharedBuffer.State.DRAINING);
    observe(broker);
    var late = start(() -> in.map(Access.WRITE, Duration.ofMillis(1)));
    assertSays(assertThrows(WaitTimeoutException.class, late::result), "slow for");
    held.close();
    Await.until("it has moved", () -> buffer.state() == SharedBuffer.State.RESIDENT);
    observe(broker);
  }

  @Test
  void aMoveThatFailedRestsForEver() throws Exception {
    broker.close();
    broker = builder().moveRetries(FOR_EVER, 64).build();
    SharedBuffer resting = export();
    Attachment source = resting.attach(broker.register("camera", Constraints.none()));
    write(source, 1);
    cma.capacity(0);
    resting.attach(broker.register("display", CONTIGUOUS));
    BufferMove failed = Events.next(events.rolledBack);
    assertTrue(failed.backOff().toNanos() > 0);
    observe(broker);
    assertEquals(1, read(source));
  }
}
