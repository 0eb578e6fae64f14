package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.spec.Constraints;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Consumers that come while buffers or devices go. */
class StreamAttachTest extends StreamFixture {

  @Test
  void saysWhatItIsAndWhoIsAttachedHow() {
    ManagedStream stream = stream(spec -> spec);
    assertEquals("video", stream.spec().name());
    for (Policy policy : Policy.values()) {
      AttachedConsumer consumer = stream.consumer(viewer, policy);
      assertEquals(policy, consumer.policy());
      assertSame(viewer, consumer.device());
    }
  }

  @Test
  void whoCannotBeAttachedToEachBufferIsAttachedToNone() {
    ManagedStream stream = startedWith(2);
    whenAttached(viewer, "video-1", viewer::close);
    assertSays(
        assertThrows(ClosedException.class, () -> stream.consumer(viewer, Policy.EVERY_FRAME)),
        "viewer is closed");
    assertEquals(List.of(List.of("camera"), List.of("camera")), attached());
    assertEquals(List.of(), stream.snapshot().consumers());
  }

  @Test
  void aClosedDeviceIsNotAttachedToAStreamWithoutBuffers() {
    ManagedStream stream = stream(spec -> spec);
    viewer.close();
    assertSays(
        assertThrows(ClosedException.class, () -> stream.consumer(viewer, Policy.EVERY_FRAME)),
        "cannot attach viewer to stream video");
    assertEquals(List.of(), stream.snapshot().consumers());
  }

  @Test
  void aBufferThatGoesBeforeItIsAttachedIsPassedOver() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame frame = stream.acquire();
    stream.acquire().close();
    whenAttached(viewer, "video-1", () -> stream.remove(1));
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    frame.submit();
    assertEquals(0, consumer.take().index());
    assertEquals(List.of(List.of("camera", "viewer")), attached());
  }

  @Test
  void aBufferThatGoesAsItIsAttachedIsGone() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame frame = stream.acquire();
    stream.acquire().close();
    whenAttached(viewer, "video-2", () -> stream.remove(1));
    AttachedConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    assertEquals(List.of(List.of("camera", "viewer")), attached());
    assertEquals(1, system.live());
    frame.submit();
    assertEquals(0, consumer.take().index());
  }

  @Test
  void saysWhetherTheDevicesCountsOrTheHeapsAreInTheWay() {
    ManagedStream stream = stream(spec -> spec);
    stream.consumer(
        broker.register("many", Constraints.builder().minCount(2).build()), Policy.LATEST);
    Device few = broker.register("few", Constraints.builder().maxCount(1).build());
    assertSays(
        assertThrows(UnsatisfiableException.class, () -> stream.consumer(few, Policy.LATEST)),
        "many's minCount=2 and few's maxCount=1 cannot be met together");
    Device odd = broker.register("odd", Constraints.builder().addressBits(4).build());
    assertSays(
        assertThrows(UnsatisfiableException.class, () -> stream.consumer(odd, Policy.LATEST)),
        "odd's addressBits=4");
  }

  // ---- Removing ----

  @Test
  void removingABufferIsTold() {
    ManagedStream stream = started(spec -> spec.minBuffers(1));
    EmptyFrame held = stream.acquire();
    stream.acquire().close();
    awaitResized(2);
    streamEvents.resized.clear();
    assertTrue(stream.remove(1));
    assertEquals(
        List.of(new EventRecords.StreamResized("video", 2, 1, SIZE, "removed")),
        List.copyOf(streamEvents.resized));
    held.close();
  }
}
