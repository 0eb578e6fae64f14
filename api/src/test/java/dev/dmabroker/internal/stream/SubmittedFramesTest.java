package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.spec.SyncFile;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The order in which frames are handed on. */
class SubmittedFramesTest extends StreamFixture {
  private final SubmittedFrames submitted = new SubmittedFrames();

  /** Submits into the queue of this test. */
  private final ProducerSide side =
      new ProducerSide() {
        @Override
        public boolean submit(FillingFrame frame) {
          submitted.add(frame);
          return true;
        }

        @Override
        public void resumed(FillingFrame frame) {}

        @Override
        public void unsubmit(FillingFrame frame) {
          submitted.remove(frame);
        }

        @Override
        public void signalled(FillingFrame frame, OptionalInt errno) {
          frame.signalled(errno);
        }

        @Override
        public void returned(FillingFrame frame) {}

        @Override
        public void scrubbed(StreamBuffer buffer, Set<String> groups) {}

        @Override
        public void unusable(StreamBuffer buffer) {}
      };

  private List<FillingFrame> frames(int count) {
    ManagedStream stream = startedWith(count);
    List<FillingFrame> frames = new ArrayList<>();
    for (StreamBuffer buffer : stream.use.pool.copy()) {
      FillingFrame frame = new FillingFrame(stream.life, side, buffer);
      assertTrue(frame.enter(true, new AfterLock()));
      frames.add(frame);
    }
    return frames;
  }

  @Test
  void theFirstThatWaitsForItsFenceHoldsUpTheOthers() {
    List<FillingFrame> frames = frames(2);
    frames.get(0).submitAfter(FENCE);
    frames.get(1).submit();
    assertEquals(2, submitted.waiting());
    assertNull(submitted.pollReady());
    poller.signal(FENCE);
    assertSame(frames.get(0), submitted.pollReady());
    assertSame(frames.get(1), submitted.pollReady());
    assertNull(submitted.pollReady());
    assertEquals(List.of(0L, 1L), frames.stream().map(FillingFrame::sequence).toList());
    assertEquals(2, submitted.count());
    assertEquals(0, submitted.waiting());
  }

  @Test
  void aFrameThatIsTakenBackHoldsUpNone() {
    List<FillingFrame> frames = frames(2);
    frames.get(0).submitAfter(OTHER);
    frames.get(1).submit();
    submitted.remove(frames.get(0));
    assertFalse(submitted.contains(frames.get(0)));
    assertTrue(submitted.contains(frames.get(1)));
    assertSame(frames.get(1), submitted.pollReady());
    submitted.remove(frames.get(0));
    assertEquals(0, frames.get(1).sequence());
    assertEquals(1, submitted.count());
  }

  @Test
  void allAreTakenInTheirOrder() {
    List<FillingFrame> frames = frames(2);
    frames.get(1).submitAfter(new SyncFile(9));
    frames.get(0).submit();
    assertEquals(List.of(frames.get(1), frames.get(0)), submitted.takeAll());
    assertEquals(List.of(1L, 0L), frames.stream().map(FillingFrame::sequence).toList());
    assertEquals(2, submitted.count());
    assertEquals(0, submitted.waiting());
    assertNull(submitted.pollReady());
  }
}
