package dev.dmabroker.scenario;

import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;

/** Streams from a camera, with scripted fences and copies, and a budget for two buffers. */
abstract class RationedFixture extends Fixture {
  static final Duration AT_ONCE = Duration.ofMillis(1);
  static final SyncFile FENCE = new SyncFile(7);
  static final SyncFile OTHER = new SyncFile(8);

  final ScriptedPoller poller = new ScriptedPoller();
  final ScriptedMover mover = new ScriptedMover();
  Device camera;
  Device viewer;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().build();
    register();
  }

  @Override
  protected BrokerBuilder builder() {
    // Called by the super class's constructor too, before the fields are there.
    BrokerBuilder builder = super.builder().budget("rationed", 2 * SIZE + 1);
    if (poller != null) {
      builder.fencePoller(poller).mover(mover);
    }
    return builder;
  }

  final void register() {
    camera = broker.register("camera", Constraints.none());
    viewer = broker.register("viewer", Constraints.none());
  }

  BufferStream started(UnaryOperator<StreamSpec.Builder> how) {
    BufferStream stream =
        broker.stream(how.apply(StreamSpec.builder("video", BlobSpec.of(SIZE), camera)).build());
    stream.start();
    return stream;
  }
}
