package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Frames that go round, in number and in order. */
class StreamTest extends VideoFixture {
  // ---- Going round ----

  @Test
  void framesComeInOrderWithTheirContents() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    for (int i = 0; i < 10; i++) {
      submit(stream, i * 1000L);
      try (Frame frame = consumer.take()) {
        assertEquals(i, frame.sequence());
        assertEquals(i * 1000L, read(frame.mapping()));
        assertEquals(Access.READ, frame.mapping().access());
      }
    }
    assertEquals(2, system.allocations(), "one is filled, one read");
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void eachConsumerGetsEachFrameAndTheLastReleaseFreesTheBuffer() {
    BufferStream stream = started(spec -> spec.maxBuffers(2));
    StreamConsumer one = stream.consumer(viewer, Policy.EVERY_FRAME);
    StreamConsumer other = stream.consumer(camera, Policy.EVERY_FRAME);
    submit(stream, 1);
    Frame first = one.take();
    Frame second = other.take();
    assertEquals(first.index(), second.index());
    first.close();
    first.close();
    assertEquals(1, stream.snapshot().inFlight());
    second.close();
    assertEquals(2, stream.snapshot().free());
    assertFalse(first.mapping().isOpen());
  }

  @Test
  void withoutConsumersFramesGoBackAtOnce() {
    BufferStream stream = started(spec -> spec);
    submit(stream, 1);
    submit(stream, 2);
    assertEquals(2, stream.snapshot().submitted());
    assertEquals(2, stream.snapshot().free());
  }

  @Test
  void aFrameThatIsClosedUnsubmittedGoesBackToTheFreeOnes() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    EmptyFrame frame = stream.acquire();
    frame.close();
    frame.close();
    assertEquals(2, stream.snapshot().free());
    assertThrows(ClosedException.class, frame::submit);
    assertTrue(consumer.tryTake().isEmpty());
    assertFalse(frame.mapping().isOpen());
  }

  @Test
  void aFrameIsSubmittedOnce() {
    BufferStream stream = started(spec -> spec);
    EmptyFrame frame = stream.acquire();
    frame.submit();
    assertSays(assertThrows(ClosedException.class, frame::submit), "video-", "submitted");
    assertEquals(1, stream.snapshot().submitted());
  }

  @Test
  void aSpecIsATemplateForAnother() {
    StreamSpec spec =
        StreamSpec.builder("video", BlobSpec.of(SIZE), camera)
            .minBuffers(3)
            .maxBuffers(4)
            .maxBytes(8 * SIZE)
            .quietTime(Duration.ofSeconds(2))
            .stopDeadline(Duration.ZERO)
            .build();
    assertEquals(spec, spec.toBuilder().build());
    StreamSpec other =
        spec.toBuilder().name("audio").buffer(BlobSpec.of(1)).producer(viewer).build();
    assertEquals("audio", other.name());
    assertEquals(BlobSpec.of(1), other.buffer());
    assertEquals(viewer, other.producer());
    assertEquals(3, other.minBuffers());
    assertSays(
        assertThrows(IllegalArgumentException.class, () -> spec.toBuilder().minBuffers(5).build()),
        "maxBuffers must be at least minBuffers 5, is 4");
    assertEquals(5, spec.toBuilder().minBuffers(5).maxBuffers(5).build().minBuffers());
  }
}
