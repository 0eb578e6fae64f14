package dev.dmabroker.samples.lateattach.processes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.samples.common.DeviceChoice;
import dev.dmabroker.samples.lateattach.Timeline;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessesTest {

  /** Whether the camera loses frames says how busy the machine is, and is not asked here. */
  @Test
  void framesMoveForADisplayOfAnotherProcess() throws Exception {
    Job job =
        new Job(
            ImageSpec.of(64, 64, PixelFormat.NV12),
            20,
            DeviceChoice.MODELLED,
            2,
            Optional.empty(),
            Optional.empty());
    Outcome outcome = new Processes(job, new Timeline()).run();
    assertEquals("", outcome.camera().trouble());
    assertEquals(outcome.camera().frames(), outcome.viewer().orElseThrow().frames());
    assertEquals(0, outcome.viewer().orElseThrow().corrupt());
    assertTrue(outcome.display().orElseThrow().frames() > 0);
    assertEquals(0, outcome.display().orElseThrow().corrupt());
    assertTrue(outcome.moves() > 0);
    assertFalse(outcome.buffers().isEmpty());
    outcome.buffers().forEach(buffer -> assertEquals("modelled-cma", buffer.heap().orElse("none")));
  }

  @Test
  void aFrameThatDiffersInOneBitIsCorrupt() {
    ByteBuffer frame = ByteBuffer.allocate(1003);
    Stamp.fill(frame, 7);
    assertTrue(Stamp.isIntact(frame));
    for (int at : new int[] {8, 16, 500, 1002}) {
      frame.put(at, (byte) (frame.get(at) ^ 1));
      assertFalse(Stamp.isIntact(frame), "byte " + at);
      frame.put(at, (byte) (frame.get(at) ^ 1));
    }
    assertFalse(Stamp.isIntact(ByteBuffer.allocate(8)));
  }

  @Test
  void theLastLineOfAViewerIsRead() {
    assertEquals(
        new ViewerResult(3, 1, 40_000),
        ViewerResult.parse("result: frames=3 corrupt=1 longest_gap_us=40000"));
    assertThrows(IllegalArgumentException.class, () -> ViewerResult.parse("frame 3 is intact"));
  }
}
