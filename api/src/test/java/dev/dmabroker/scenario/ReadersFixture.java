package dev.dmabroker.scenario;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** A camera that reads or writes a buffer, and a display that it has to move for. */
abstract class ReadersFixture extends Fixture {
  final ScriptedMover mover = new ScriptedMover();
  Device camera;
  Device display;
  SharedBuffer buffer;
  Attachment in;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().mover(mover).build();
    camera =
        broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
    display = broker.register("display", CONTIGUOUS);
    buffer = export();
    in = buffer.attach(camera);
    write(in, 1);
  }

  BrokerSnapshot.BufferState state() {
    return broker.snapshot().buffers().get(0);
  }
}
