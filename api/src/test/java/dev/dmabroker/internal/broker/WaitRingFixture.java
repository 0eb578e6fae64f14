package dev.dmabroker.internal.broker;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Buffers that are written to and have to move, and threads that wait for each other. */
abstract class WaitRingFixture extends Fixture {
  static final Duration LONG = Duration.ofSeconds(30);

  Device camera;
  Device display;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().mapTimeout(LONG).build();
    camera = broker.register(DeviceSpec.builder("camera").longestHold(LONG).build());
    display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
  }

  @AfterEach
  void nobodyCountsAsWaiting() {
    assertEquals(0, ((BrokerEngine) broker).services().waits().size());
  }

  /** A buffer that a holder writes to, and that has to move for a stricter device. */
  final class Moving {
    final SharedBuffer buffer = export();
    final Attachment in = buffer.attach(camera);
    private @Nullable Attachment out;

    Moving() {
      write(in, 1);
    }

    /** Maps in the calling thread, and then begins the move. */
    Mapping drain(Access access) {
      Mapping held = in.map(access);
      out = buffer.attach(display);
      if (access.writes()) {
        Await.until("draining", () -> buffer.state() == DRAINING);
      }
      return held;
    }

    Attachment out() {
      return Objects.requireNonNull(out, "drain first");
    }
  }

  /** Until a waiter waits for it. */
  void awaitWaiter(Moving moving) {
    Await.until(
        "somebody waits",
        () ->
            broker.snapshot().buffers().stream()
                .anyMatch(it -> it.name().equals(moving.buffer.name()) && it.waiting() > 0));
  }
}
