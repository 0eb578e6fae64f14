package dev.dmabroker.samples.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.event.BufferMove;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShuttleTest {
  @Test
  void movesToAndFroWithTheContents() throws InterruptedException {
    try (Shuttle shuttle = new Shuttle(BlobSpec.of(8192))) {
      BufferMove there = shuttle.move(Access.READ);
      BufferMove back = shuttle.move(Access.READ);
      assertEquals(Optional.of("right"), there.to());
      assertEquals(Optional.of("left"), back.to());
      assertEquals(8192, there.copiedBytes());
      assertEquals(8192, back.copiedBytes());
    }
  }
}
