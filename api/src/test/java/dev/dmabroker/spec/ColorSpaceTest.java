package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The codes against the kernel's header where there is one, and against a record of it. */
class ColorSpaceTest {

  /** The header's name of a colour space, and its value in Linux 6.1. */
  private record Recorded(String name, int code) {}

  private static final Map<ColorSpace, Recorded> RECORDED =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(ColorSpace.REC601, new Recorded("V4L2_COLORSPACE_SMPTE170M", 1)),
              Map.entry(ColorSpace.SMPTE240M, new Recorded("V4L2_COLORSPACE_SMPTE240M", 2)),
              Map.entry(ColorSpace.REC709, new Recorded("V4L2_COLORSPACE_REC709", 3)),
              Map.entry(ColorSpace.BT470_M, new Recorded("V4L2_COLORSPACE_470_SYSTEM_M", 5)),
              Map.entry(ColorSpace.BT470_BG, new Recorded("V4L2_COLORSPACE_470_SYSTEM_BG", 6)),
              Map.entry(ColorSpace.JPEG, new Recorded("V4L2_COLORSPACE_JPEG", 7)),
              Map.entry(ColorSpace.SRGB, new Recorded("V4L2_COLORSPACE_SRGB", 8)),
              Map.entry(ColorSpace.OPRGB, new Recorded("V4L2_COLORSPACE_OPRGB", 9)),
              Map.entry(ColorSpace.BT2020, new Recorded("V4L2_COLORSPACE_BT2020", 10)),
              Map.entry(ColorSpace.RAW, new Recorded("V4L2_COLORSPACE_RAW", 11)),
              Map.entry(ColorSpace.DCI_P3, new Recorded("V4L2_COLORSPACE_DCI_P3", 12))));

  @Test
  void everyColorSpaceHasTheRecordedCode() {
    assertEquals(EnumSet.allOf(ColorSpace.class), RECORDED.keySet());
    RECORDED.forEach(
        (space, recorded) -> assertEquals(recorded.code(), space.v4l2Code(), recorded.name()));
  }

  @Test
  void theVideoHeaderAgrees(@TempDir Path folder) throws Exception {
    List<String> names = RECORDED.values().stream().map(Recorded::name).toList();
    Map<String, Long> known = KernelHeader.VIDEO.enumerators(folder, names);
    assertEquals(names.size(), known.size());
    RECORDED.forEach(
        (space, recorded) -> assertEquals(known.get(recorded.name()), space.v4l2Code()));
  }
}
