package dev.dmabroker.scenario;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedFences;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;

/** A camera writes to a buffer, and fences signal when a test says so. */
abstract class FenceFixture extends Fixture {
  static final SyncFile FENCE = new SyncFile(7);

  final ScriptedFences fenced = new ScriptedFences();
  final ScriptedMover mover = new ScriptedMover();
  final ScriptedPoller poller = new ScriptedPoller();
  final BlockingQueue<FenceFailure> failures = new LinkedBlockingQueue<>();
  Device camera;
  Device slow;
  Device display;
  SharedBuffer buffer;
  Attachment in;

  @BeforeEach
  void open() {
    broker.close();
    broker = fencedBuilder().build();
    camera =
        broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
    slow = broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    display =
        broker.register(
            DeviceSpec.builder("display")
                .constraints(CONTIGUOUS)
                .longestHold(Duration.ofMillis(1))
                .build());
    buffer = export();
    in = buffer.attach(camera);
    write(in, 1);
  }

  BrokerBuilder fencedBuilder() {
    return Broker.builder()
        .heap(fenced)
        .heap(cma)
        .heuristic(new InOrder())
        .listener(events, Delivery.IN_PLACE)
        .listener(
            new BrokerListener() {
              @Override
              public void fenceFailed(FenceFailure event) {
                failures.add(event);
              }
            },
            Delivery.IN_PLACE)
        .mover(mover)
        .fencePoller(poller)
        .moveRetries(Duration.ofMillis(1), 3)
        .closeTimeout(Duration.ofMillis(50));
  }

  Attachment brokerWithoutPoller() {
    broker.close();
    broker = builder().build();
    return export().attach(broker.register("camera", Constraints.none()));
  }
}
