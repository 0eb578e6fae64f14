package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.SnapshotInvariants;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts of buffers: one that cannot be meant is refused before anything is made. */
class CountsTest extends Fixture {
  private static final int MOST = 1024;

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, MOST + 1, Integer.MAX_VALUE})
  void aSetOfTooFewOrTooManyIsRefused(int count) {
    assertSays(
        assertThrows(
            IllegalArgumentException.class,
            () -> broker.exportSet("frame", BlobSpec.of(SIZE), count)),
        "cannot export frame: a set has 1 to 1024 buffers, not " + count);
    assertEquals(List.of(), broker.snapshot().buffers());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, MOST})
  void aSetHasAsManyAsWereAskedFor(int count) {
    List<SharedBuffer> set = broker.exportSet("frame", BlobSpec.of(SIZE), count);
    assertEquals(count, set.size());
    assertEquals("frame-" + count, set.get(count - 1).name());
    set.forEach(SharedBuffer::close);
    assertEquals(List.of(), broker.snapshot().buffers());
  }

  @ParameterizedTest
  @ValueSource(ints = {MOST + 1, Integer.MAX_VALUE})
  void aStreamOfTooManyIsRefused(int count) {
    StreamSpec.Builder spec = video(Constraints.none()).toBuilder();
    assertSays(
        assertThrows(IllegalArgumentException.class, () -> spec.maxBuffers(count)),
        "maxBuffers must be at most 1024, is " + count);
  }

  /** The stream's limit holds, whatever a device declares. */
  @Test
  void aProducerThatHoldsTooManyIsRefusedWhenTheStreamStarts() {
    Constraints most = Constraints.builder().camping(1 << 20).dedicatedSlack(1 << 20).build();
    BufferStream stream = broker.stream(video(most).toBuilder().maxBuffers(MOST).build());
    assertSays(
        assertThrows(IllegalArgumentException.class, stream::start),
        "its devices need 2097152 buffers",
        "allow it more with maxBuffers or maxBytes");
    assertEquals(0, stream.snapshot().depth());
    assertEquals(0, system.allocations());
    SnapshotInvariants.checkAtRest(broker.snapshot());
  }

  private StreamSpec video(Constraints of) {
    Device camera = broker.register("camera", of);
    return StreamSpec.of("video", BlobSpec.of(SIZE), camera);
  }
}
