package dev.dmabroker.scenario;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Streams from a camera, and a viewer for them. */
abstract class VideoFixture extends Fixture {
  static final Duration AT_ONCE = Duration.ofMillis(1);

  final Device camera = broker.register("camera", Constraints.none());
  final Device viewer = broker.register("viewer", Constraints.none());

  BufferStream stream(UnaryOperator<StreamSpec.Builder> how) {
    return broker.stream(how.apply(StreamSpec.builder("video", BlobSpec.of(SIZE), camera)).build());
  }

  BufferStream started(UnaryOperator<StreamSpec.Builder> how) {
    BufferStream stream = stream(how);
    stream.start();
    return stream;
  }
}
