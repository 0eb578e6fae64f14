package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The codes against the kernel's header where there is one, and against a record of it. */
class CompressedFormatTest {
  /** The names that are others in the header. */
  private static final Map<CompressedFormat, String> HEADER_NAMES =
      new EnumMap<>(
          Map.of(
              CompressedFormat.H264_NO_START_CODES, "H264_NO_SC",
              CompressedFormat.H264_MULTIVIEW, "H264_MVC"));

  private static String macro(CompressedFormat format) {
    return "V4L2_PIX_FMT_" + HEADER_NAMES.getOrDefault(format, format.name());
  }

  @Test
  void theUsualOnesHaveTheRecordedCodes() {
    assertEquals(0x47504a4d, CompressedFormat.MJPEG.v4l2Code());
    assertEquals(0x34363248, CompressedFormat.H264.v4l2Code());
    assertEquals(0x43564548, CompressedFormat.HEVC.v4l2Code());
    assertEquals(0x30385056, CompressedFormat.VP8.v4l2Code());
    assertEquals(0x30395056, CompressedFormat.VP9.v4l2Code());
    assertEquals(0x46315641, CompressedFormat.AV1_FRAME.v4l2Code());
  }

  @Test
  void theVideoHeaderAgrees(@TempDir Path folder) throws Exception {
    Map<String, Long> codes = new HashMap<>();
    for (CompressedFormat format : CompressedFormat.values()) {
      codes.put(macro(format), (long) format.v4l2Code());
    }
    Map<String, Long> known = KernelHeader.VIDEO.macros(folder, codes.keySet());
    assertTrue(known.size() >= 15, () -> "only " + known.keySet());
    codes.keySet().retainAll(known.keySet());
    assertEquals(known, codes);
  }

  @ParameterizedTest
  @EnumSource
  void codesLeadBackToTheFormatAndToNoPicture(CompressedFormat format) {
    assertEquals(Optional.of(format), CompressedFormat.ofV4l2(format.v4l2Code()));
    assertEquals(Optional.empty(), PixelFormat.ofV4l2(format.v4l2Code()));
  }

  @Test
  void otherCodesAreNoCompressedFormat() {
    assertEquals(Optional.empty(), CompressedFormat.ofV4l2(PixelFormat.NV12.v4l2Code()));
  }
}
