package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The codes against the kernel's header where there is one, and against a record of it. */
class ColorSpaceTest {

  /** The header's name of a colour space, and its value in Linux 6.1. */
  private record Recorded(String name, int code) {}

  /** The colour spaces that are V4L2's defaults for a code. */
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

  /** The colour spaces that V4L2 names by several codes, or DRM alone, with their codes. */
  private static final Map<ColorSpace, List<String>> COMBINED =
      new EnumMap<>(
          Map.of(
              ColorSpace.REC709_FULL, List.of("3", "REC709", "REC709", "FULL"),
              ColorSpace.XVYCC_601, List.of("3", "REC709", "XVYCC_601", "BY_FORMAT"),
              ColorSpace.XVYCC_709, List.of("3", "REC709", "XVYCC_709", "BY_FORMAT"),
              ColorSpace.DISPLAY_P3, List.of("none", "SRGB", "REC709", "BY_FORMAT"),
              ColorSpace.BT2020_CONSTANT_LUMINANCE,
                  List.of("10", "REC709", "BT2020_CONSTANT_LUMINANCE", "BY_FORMAT"),
              ColorSpace.BT2020_HLG, List.of("10", "HLG", "BT2020", "BY_FORMAT"),
              ColorSpace.BT2020_PQ, List.of("10", "PQ", "BT2020", "BY_FORMAT")));

  @Test
  void everyColorSpaceHasTheRecordedCode() {
    EnumSet<ColorSpace> all = EnumSet.copyOf(RECORDED.keySet());
    all.addAll(COMBINED.keySet());
    assertEquals(EnumSet.allOf(ColorSpace.class), all);
    RECORDED.forEach(
        (space, recorded) ->
            assertEquals(OptionalInt.of(recorded.code()), space.v4l2Code(), recorded.name()));
    COMBINED.forEach(
        (space, codes) ->
            assertEquals(
                codes,
                List.of(
                    space.v4l2Code().isPresent() ? "" + space.v4l2Code().getAsInt() : "none",
                    space.transfer().name(),
                    space.encoding().name(),
                    space.range().name())));
  }

  @Test
  void theVideoHeaderAgrees(@TempDir Path folder) throws Exception {
    Map<String, Long> codes = new LinkedHashMap<>();
    RECORDED.forEach(
        (space, recorded) -> {
          String name = recorded.name();
          codes.put(name, (long) recorded.code());
          codes.put(
              "V4L2_MAP_XFER_FUNC_DEFAULT(" + name + ")",
              (long) space.transfer().v4l2Code().getAsInt());
          codes.put("V4L2_MAP_YCBCR_ENC_DEFAULT(" + name + ")", (long) space.encoding().v4l2Code());
          codes.put(
              "V4L2_MAP_QUANTIZATION_DEFAULT(0," + name + ",0)",
              (long)
                  (space.range() == ColorSpace.Range.FULL
                          ? ColorSpace.Range.FULL
                          : ColorSpace.Range.LIMITED)
                      .v4l2Code());
        });
    assertEquals(codes, KernelHeader.VIDEO.enumerators(folder, codes.keySet()));
  }

  @Test
  void theHeaderAgreesAboutTransferFunctionsEncodingsAndRanges(@TempDir Path folder)
      throws Exception {
    Map<String, Long> codes = new LinkedHashMap<>();
    transfer(codes, "709", ColorSpace.Transfer.REC709);
    transfer(codes, "SRGB", ColorSpace.Transfer.SRGB);
    transfer(codes, "OPRGB", ColorSpace.Transfer.OPRGB);
    transfer(codes, "SMPTE240M", ColorSpace.Transfer.SMPTE240M);
    transfer(codes, "NONE", ColorSpace.Transfer.LINEAR);
    transfer(codes, "DCI_P3", ColorSpace.Transfer.DCI_P3);
    transfer(codes, "SMPTE2084", ColorSpace.Transfer.PQ);
    encoding(codes, "601", ColorSpace.Encoding.REC601);
    encoding(codes, "709", ColorSpace.Encoding.REC709);
    encoding(codes, "XV601", ColorSpace.Encoding.XVYCC_601);
    encoding(codes, "XV709", ColorSpace.Encoding.XVYCC_709);
    encoding(codes, "BT2020", ColorSpace.Encoding.BT2020);
    encoding(codes, "BT2020_CONST_LUM", ColorSpace.Encoding.BT2020_CONSTANT_LUMINANCE);
    encoding(codes, "SMPTE240M", ColorSpace.Encoding.SMPTE240M);
    codes.put("V4L2_QUANTIZATION_DEFAULT", (long) ColorSpace.Range.BY_FORMAT.v4l2Code());
    codes.put("V4L2_QUANTIZATION_FULL_RANGE", (long) ColorSpace.Range.FULL.v4l2Code());
    codes.put("V4L2_QUANTIZATION_LIM_RANGE", (long) ColorSpace.Range.LIMITED.v4l2Code());
    assertEquals(codes, KernelHeader.VIDEO.enumerators(folder, codes.keySet()));
    assertEquals(OptionalInt.empty(), ColorSpace.Transfer.HLG.v4l2Code());
  }

  private static void transfer(Map<String, Long> codes, String name, ColorSpace.Transfer transfer) {
    codes.put("V4L2_XFER_FUNC_" + name, (long) transfer.v4l2Code().getAsInt());
  }

  private static void encoding(Map<String, Long> codes, String name, ColorSpace.Encoding encoding) {
    codes.put("V4L2_YCBCR_ENC_" + name, (long) encoding.v4l2Code());
  }

  @Test
  void drmHasCodesAndNamesOfItsOwn() {
    assertEquals(OptionalInt.of(2), ColorSpace.BT2020_PQ.transfer().drmCode(), "ST 2084");
    assertEquals(OptionalInt.of(3), ColorSpace.BT2020_HLG.transfer().drmCode());
    assertEquals(OptionalInt.of(0), ColorSpace.REC709.transfer().drmCode(), "SDR");
    assertEquals(OptionalInt.empty(), ColorSpace.RAW.transfer().drmCode());
    assertEquals(Optional.of("ITU-R BT.2020 YCbCr"), ColorSpace.BT2020_PQ.encoding().drmName());
    assertEquals(Optional.empty(), ColorSpace.XVYCC_601.encoding().drmName());
    assertEquals(Optional.of("YCbCr full range"), ColorSpace.JPEG.range().drmName());
    assertEquals(Optional.empty(), ColorSpace.REC709.range().drmName());
  }
}
