package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.buffer.Handles;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which buffer of a stream is next, and how many there may be. */
class StreamPoolTest extends Fixture {
  private static final long MANY = Long.MAX_VALUE;

  private final Device camera = broker.register("camera", Constraints.none());
  private StreamPool pool = pool(spec -> spec);

  private StreamPool pool(UnaryOperator<StreamSpec.Builder> more) {
    return new StreamPool(
        more.apply(StreamSpec.builder("video", BlobSpec.of(SIZE), camera).minBuffers(1)).build());
  }

  private StreamBuffer make() {
    SharedBuffer buffer = export();
    return new StreamBuffer(pool.reserve(), Handles.of(buffer), Handles.of(buffer.attach(camera)));
  }

  private StreamBuffer add(long nowNanos) {
    StreamBuffer buffer = make();
    pool.add(buffer, nowNanos);
    return buffer;
  }

  private StreamBuffer take() {
    StreamBuffer taken = pool.take(buffer -> true);
    if (taken == null) {
      throw new AssertionError("none is free");
    }
    return taken;
  }

  @Test
  void countsBuffersThatAreMadeThoughTheyAreNotThereYet() {
    assertTrue(pool.isIdle());
    StreamBuffer first = make();
    assertEquals(1, pool.reserved());
    assertEquals(0, pool.depth());
    assertEquals(0, pool.sizeBytes());
    pool.add(first, 0);
    assertEquals(1, pool.depth());
    assertEquals(1, pool.free());
    assertEquals(SIZE, pool.sizeBytes());
    assertEquals(1, pool.reserve());
    assertEquals(2, pool.reserve());
    pool.release(1);
    assertEquals(2, pool.reserved());
    assertEquals(1, pool.reserve(), "the lowest that is not used");
  }

  @Test
  void theOneUsedLastIsNextAndTheOneIdleLongestLeaves() {
    StreamBuffer first = add(0);
    StreamBuffer second = add(10);
    assertSame(second, take());
    assertSame(first, take());
    assertNull(pool.take(buffer -> true));
    assertFalse(pool.isIdle());
    pool.giveBack(second, 20);
    pool.giveBack(first, 30);
    assertTrue(pool.isIdle());
    assertNull(pool.idleSince(19));
    assertSame(second, pool.idleSince(20), "just long enough");
    assertSame(second, pool.idleSince(100));
    assertSame(first, take());
    assertSame(second, pool.take(buffer -> buffer == second));
    assertNull(pool.idleSince(100), "none is free");
  }

  @Test
  void timeInWhichItDidNotRunIsNotIdle() {
    StreamBuffer first = add(0);
    StreamBuffer second = add(0);
    pool.restart(50);
    assertNull(pool.idleSince(49));
    assertSame(first, pool.idleSince(50));
    assertEquals(List.of(50L, 50L), List.of(first.freeSince(), second.freeSince()));
  }

  @Test
  void timeWrapsAround() {
    StreamBuffer first = add(Long.MAX_VALUE);
    assertNull(pool.idleSince(Long.MAX_VALUE - 1));
    assertSame(first, pool.idleSince(Long.MIN_VALUE));
  }

  @Test
  void passesOverThoseThatDoNotSuit() {
    StreamBuffer first = add(0);
    StreamBuffer second = add(0);
    assertSame(first, pool.take(buffer -> buffer != second));
    assertNull(pool.take(buffer -> buffer != second));
    assertSame(second, take());
  }

  @Test
  void whatIsRemovedIsNotFoundAndItsIndexIsFree() {
    StreamBuffer first = add(0);
    StreamBuffer second = add(0);
    assertSame(first, pool.find(0));
    first.leave();
    assertNull(pool.find(0), "it is about to leave");
    pool.remove(first, new AfterLock()).run();
    assertTrue(first.isGone());
    assertEquals(SharedBuffer.State.RELEASED, first.buffer().state());
    assertEquals(List.of(second), pool.copy());
    assertSame(second, take());
    assertNull(pool.take(buffer -> true));
    assertEquals(0, pool.reserve());
    assertNull(pool.find(7));
  }

  @Test
  void limitsTheNumber() {
    pool = pool(spec -> spec.maxBuffers(2));
    assertNull(pool.limit(MANY));
    assertNull(pool.limit(1));
    pool.reserve();
    assertEquals("it has all the 1 buffers that its devices allow", pool.limit(1));
    assertNull(pool.limit(2));
    pool.reserve();
    assertEquals("it has all the 2 buffers that it may have", pool.limit(2));
    assertEquals("it has all the 2 buffers that it may have", pool.limit(MANY));
    assertEquals("it has all the 2 buffers that its devices allow", pool.limit(1));
  }

  @Test
  void limitsTheBytesByWhatTheLargestTakesOnceOneIsThere() {
    pool = pool(spec -> spec.maxBytes(4 * SIZE));
    assertNull(pool.limit(MANY), "as many as the layout");
    StreamBuffer first = add(0);
    StreamBuffer second = make();
    first.sizeBytes(SIZE / 2);
    assertNull(pool.limit(MANY), "one half there, one as large being made");
    pool.add(second, 0);
    second.sizeBytes(2 * SIZE);
    assertEquals(5 * SIZE / 2, pool.sizeBytes());
    assertEquals(
        "it has "
            + 5 * SIZE / 2
            + " of the "
            + 4 * SIZE
            + " bytes that it may have, and a buffer takes "
            + 2 * SIZE,
        pool.limit(MANY));
    first.sizeBytes(SIZE);
    second.sizeBytes(SIZE);
    assertNull(pool.limit(MANY));
    pool.reserve();
    assertNull(pool.limit(MANY), "the fourth fills it up");
    pool.reserve();
    assertEquals(
        "it has "
            + 4 * SIZE
            + " of the "
            + 4 * SIZE
            + " bytes that it may have, and a buffer takes "
            + SIZE,
        pool.limit(MANY),
        "those that are made count as well");
  }

  @Test
  void sizesThatAddUpToMoreThanALongAreMoreThanTheLimit() {
    StreamBuffer first = add(0);
    StreamBuffer second = add(0);
    for (long huge : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 2 + 1}) {
      first.sizeBytes(huge);
      second.sizeBytes(huge);
      assertEquals(Long.MAX_VALUE, pool.sizeBytes());
      assertNotNull(pool.limit(MANY));
    }
  }

  @Test
  void theFirstBufferMayBeAsLargeAsAllThatItMayHave() {
    pool = pool(spec -> spec.maxBytes(SIZE));
    assertNull(pool.limit(MANY));
    pool.reserve();
    assertEquals(
        "it has "
            + SIZE
            + " of the "
            + SIZE
            + " bytes that it may have, and a buffer takes "
            + SIZE,
        pool.limit(MANY));
  }
}
