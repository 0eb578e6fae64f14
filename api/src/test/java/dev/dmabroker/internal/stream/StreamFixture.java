package dev.dmabroker.internal.stream;

import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;

/** Streams from a camera to a viewer, seen from inside. */
abstract class StreamFixture extends Fixture {
  static final Duration AT_ONCE = Duration.ofMillis(1);
  static final Duration FOR_EVER = Duration.ofDays(1);
  static final SyncFile FENCE = new SyncFile(7);
  static final SyncFile OTHER = new SyncFile(8);

  final ScriptedPoller poller = new ScriptedPoller();
  final ScriptedMover mover = new ScriptedMover();
  Device camera;
  Device viewer;

  @BeforeEach
  void open() {
    open(builder -> builder);
  }

  final void open(UnaryOperator<BrokerBuilder> how) {
    broker.close();
    broker = how.apply(builder().fencePoller(poller).mover(mover)).build();
    camera = broker.register("camera", Constraints.none());
    viewer = broker.register("viewer", Constraints.none());
  }

  ManagedStream stream(UnaryOperator<StreamSpec.Builder> how) {
    return (ManagedStream)
        broker.stream(how.apply(StreamSpec.builder("video", BlobSpec.of(SIZE), camera)).build());
  }

  ManagedStream started(UnaryOperator<StreamSpec.Builder> how) {
    ManagedStream stream = stream(how);
    stream.start();
    return stream;
  }

  /** A stream of just so many buffers. */
  ManagedStream startedWith(int buffers) {
    return started(spec -> spec.minBuffers(buffers).maxBuffers(buffers));
  }

  static FillingFrame acquire(ManagedStream stream) {
    return filling(stream.acquire());
  }

  static FillingFrame filling(EmptyFrame frame) {
    return (FillingFrame) frame;
  }

  /** The only buffer is on the move until the test lets it go on. */
  ScriptedMover.Stop moving(ManagedStream stream) {
    submit(stream, 1);
    ScriptedMover.Stop stop = mover.stopCopy();
    stream.consumer(broker.register("display", CONTIGUOUS), Policy.EVERY_FRAME);
    stop.awaitReached();
    return stop;
  }

  /** The devices that are attached to each of the buffers that there are. */
  List<List<String>> attached() {
    return broker.snapshot().buffers().stream().map(buffer -> buffer.attached()).toList();
  }

  /** The worker that grows a stream tells of it when the buffer is there. */
  void awaitResized(int times) {
    Await.until("told of each", () -> streamEvents.resized.size() == times);
  }

  /** Has something happen just after a device was attached to a buffer. */
  void whenAttached(Device device, String buffer, Runnable then) {
    Subscription unused =
        broker.listen(
            new BrokerListener() {
              @Override
              public void attached(DeviceAttached event) {
                if (event.device().device().equals(device.name())
                    && event.buffer().equals(buffer)) {
                  then.run();
                }
              }
            },
            Delivery.IN_PLACE);
  }
}
