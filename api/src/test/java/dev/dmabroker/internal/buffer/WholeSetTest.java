package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A set is made as a whole, whatever is thrown while it is made. */
class WholeSetTest extends Fixture {
  private static final int COUNT = 4;

  static List<Throwable> thrown() {
    return List.of(
        new IllegalStateException("told to"),
        new OutOfMemoryError("told to"),
        new StackOverflowError("told to"),
        new Exception("told to, though it is not declared"));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void whatWasMadeIsClosedIfOneCannotBe(Throwable failure) {
    for (int failing = 1; failing <= COUNT; failing++) {
      int last = failing;
      assertSame(
          failure,
          assertThrows(
              Throwable.class,
              () ->
                  WholeSet.make(
                      COUNT,
                      number -> {
                        if (number == last) {
                          sneak(failure);
                        }
                        return broker.export("frame-" + number, BlobSpec.of(SIZE));
                      })));
      assertEquals(List.of(), broker.snapshot().buffers());
    }
  }

  /** The broker closes its own buffers, and refuses the next. */
  @Test
  void aBrokerThatIsClosedMeanwhileKeepsNone() {
    List<SharedBuffer> made = new ArrayList<>();
    assertThrows(
        RuntimeException.class,
        () ->
            WholeSet.make(
                COUNT,
                number -> {
                  if (number == 3) {
                    broker.close();
                  }
                  made.add(broker.export(BlobSpec.of(SIZE)));
                  return made.get(number - 1);
                }));
    assertEquals(
        List.of(SharedBuffer.State.RELEASED, SharedBuffer.State.RELEASED),
        made.stream().map(SharedBuffer::state).toList());
  }
}
