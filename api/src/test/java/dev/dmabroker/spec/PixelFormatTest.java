package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Maps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The codes against the kernel's headers where there are any, and against a record of them. */
class PixelFormatTest {

  /**
   * The headers' names of a format, their values (in Linux 6.1 if it has them, otherwise in 6.12),
   * and the memory that a pixel takes: the depth in videodev2.h's comments, but 16 where they say
   * 10 or 12 of a word's bits.
   *
   * @param multiPlanar empty if there is none, with 0 for its code
   */
  private record Recorded(
      String v4l2,
      int v4l2Code,
      String multiPlanar,
      int multiPlanarCode,
      String drm,
      int drmCode,
      int bits) {}

  private static final Map<PixelFormat, Recorded> RECORDED = new EnumMap<>(PixelFormat.class);

  /**
   * The bytes of a pixel in memory, after the headers: V4L2's comments name them from the first to
   * the last, DRM's the other way round.
   */
  private static final Map<PixelFormat, String> BYTES_IN_MEMORY =
      Map.ofEntries(
          Map.entry(PixelFormat.YUV24, "YUV"),
          Map.entry(PixelFormat.VUYA32, "VUYA"),
          Map.entry(PixelFormat.VUYX32, "VUYX"),
          Map.entry(PixelFormat.RGB24, "RGB"),
          Map.entry(PixelFormat.BGR24, "BGR"),
          Map.entry(PixelFormat.ARGB8888, "BGRA"),
          Map.entry(PixelFormat.XRGB8888, "BGRX"),
          Map.entry(PixelFormat.RGBA8888, "ABGR"),
          Map.entry(PixelFormat.RGBX8888, "XBGR"),
          Map.entry(PixelFormat.ABGR8888, "RGBA"),
          Map.entry(PixelFormat.XBGR8888, "RGBX"),
          Map.entry(PixelFormat.BGRA8888, "ARGB"),
          Map.entry(PixelFormat.BGRX8888, "XRGB"));

  static {
    record(PixelFormat.GREY, "GREY", 0x59455247, "R8", 0x20203852, 8);
    record(PixelFormat.Y10, "Y10", 0x20303159, "R10", 0x20303152, 16);
    record(PixelFormat.Y12, "Y12", 0x20323159, "R12", 0x20323152, 16);
    record(PixelFormat.Y16, "Y16", 0x20363159, "R16", 0x20363152, 16);
    record(PixelFormat.GR88, "Y8I", 0x20493859, "GR88", 0x38385247, 16);
    record(PixelFormat.PAL8, "PAL8", 0x384c4150, "C8", 0x20203843, 8);
    record(PixelFormat.YUYV, "YUYV", 0x56595559, "YUYV", 0x56595559, 16);
    record(PixelFormat.UYVY, "UYVY", 0x59565955, "UYVY", 0x59565955, 16);
    record(PixelFormat.YVYU, "YVYU", 0x55595659, "YVYU", 0x55595659, 16);
    record(PixelFormat.VYUY, "VYUY", 0x59555956, "VYUY", 0x59555956, 16);
    record(PixelFormat.Y210, "Y210", 0x30313259, "Y210", 0x30313259, 32);
    record(PixelFormat.Y212, "Y212", 0x32313259, "Y212", 0x32313259, 32);
    record(PixelFormat.Y216, "Y216", 0x36313259, "Y216", 0x36313259, 32);
    record(PixelFormat.YUV24, "YUV24", 0x33565559, "VUY888", 0x34325556, 24);
    record(PixelFormat.VUYA32, "VUYA32", 0x41595556, "AYUV", 0x56555941, 32);
    record(PixelFormat.VUYX32, "VUYX32", 0x58595556, "XYUV8888", 0x56555958, 32);
    record(PixelFormat.NV12, "NV12", 0x3231564e, "NV12M", 0x32314d4e, "NV12", 0x3231564e, 12);
    record(PixelFormat.NV21, "NV21", 0x3132564e, "NV21M", 0x31324d4e, "NV21", 0x3132564e, 12);
    record(PixelFormat.NV16, "NV16", 0x3631564e, "NV16M", 0x36314d4e, "NV16", 0x3631564e, 16);
    record(PixelFormat.NV61, "NV61", 0x3136564e, "NV61M", 0x31364d4e, "NV61", 0x3136564e, 16);
    record(PixelFormat.NV24, "NV24", 0x3432564e, "NV24", 0x3432564e, 24);
    record(PixelFormat.NV42, "NV42", 0x3234564e, "NV42", 0x3234564e, 24);
    record(PixelFormat.P010, "P010", 0x30313050, "P010", 0x30313050, 24);
    record(PixelFormat.P012, "P012", 0x32313050, "P012M", 0x32314d50, "P012", 0x32313050, 24);
    record(PixelFormat.YUV410, "YUV410", 0x39565559, "YUV410", 0x39565559, 9);
    record(PixelFormat.YVU410, "YVU410", 0x39555659, "YVU410", 0x39555659, 9);
    record(PixelFormat.YUV411, "YUV411P", 0x50313134, "YUV411", 0x31315559, 12);
    record(
        PixelFormat.YUV420, "YUV420", 0x32315559, "YUV420M", 0x32314d59, "YUV420", 0x32315559, 12);
    record(
        PixelFormat.YVU420, "YVU420", 0x32315659, "YVU420M", 0x31324d59, "YVU420", 0x32315659, 12);
    record(
        PixelFormat.YUV422, "YUV422P", 0x50323234, "YUV422M", 0x36314d59, "YUV422", 0x36315559, 16);
    record(
        PixelFormat.YVU422, "YVU422M", 0x31364d59, "YVU422M", 0x31364d59, "YVU422", 0x36315659, 16);
    record(
        PixelFormat.YUV444, "YUV444M", 0x34324d59, "YUV444M", 0x34324d59, "YUV444", 0x34325559, 24);
    record(
        PixelFormat.YVU444, "YVU444M", 0x32344d59, "YVU444M", 0x32344d59, "YVU444", 0x34325659, 24);
    record(PixelFormat.RGB332, "RGB332", 0x31424752, "RGB332", 0x38424752, 8);
    record(PixelFormat.ARGB4444, "ARGB444", 0x32315241, "ARGB4444", 0x32315241, 16);
    record(PixelFormat.XRGB4444, "XRGB444", 0x32315258, "XRGB4444", 0x32315258, 16);
    record(PixelFormat.RGBA4444, "RGBA444", 0x32314152, "RGBA4444", 0x32314152, 16);
    record(PixelFormat.RGBX4444, "RGBX444", 0x32315852, "RGBX4444", 0x32315852, 16);
    record(PixelFormat.ABGR4444, "ABGR444", 0x32314241, "ABGR4444", 0x32314241, 16);
    record(PixelFormat.XBGR4444, "XBGR444", 0x32314258, "XBGR4444", 0x32314258, 16);
    record(PixelFormat.BGRA4444, "BGRA444", 0x32314147, "BGRA4444", 0x32314142, 16);
    record(PixelFormat.BGRX4444, "BGRX444", 0x32315842, "BGRX4444", 0x32315842, 16);
    record(PixelFormat.ARGB1555, "ARGB555", 0x35315241, "ARGB1555", 0x35315241, 16);
    record(PixelFormat.XRGB1555, "XRGB555", 0x35315258, "XRGB1555", 0x35315258, 16);
    record(PixelFormat.RGBA5551, "RGBA555", 0x35314152, "RGBA5551", 0x35314152, 16);
    record(PixelFormat.RGBX5551, "RGBX555", 0x35315852, "RGBX5551", 0x35315852, 16);
    record(PixelFormat.ABGR1555, "ABGR555", 0x35314241, "ABGR1555", 0x35314241, 16);
    record(PixelFormat.XBGR1555, "XBGR555", 0x35314258, "XBGR1555", 0x35314258, 16);
    record(PixelFormat.BGRA5551, "BGRA555", 0x35314142, "BGRA5551", 0x35314142, 16);
    record(PixelFormat.BGRX5551, "BGRX555", 0x35315842, "BGRX5551", 0x35315842, 16);
    record(PixelFormat.RGB565, "RGB565", 0x50424752, "RGB565", 0x36314752, 16);
    record(PixelFormat.RGB24, "RGB24", 0x33424752, "BGR888", 0x34324742, 24);
    record(PixelFormat.BGR24, "BGR24", 0x33524742, "RGB888", 0x34324752, 24);
    record(PixelFormat.ARGB8888, "ABGR32", 0x34325241, "ARGB8888", 0x34325241, 32);
    record(PixelFormat.XRGB8888, "XBGR32", 0x34325258, "XRGB8888", 0x34325258, 32);
    record(PixelFormat.RGBA8888, "BGRA32", 0x34324152, "RGBA8888", 0x34324152, 32);
    record(PixelFormat.RGBX8888, "BGRX32", 0x34325852, "RGBX8888", 0x34325852, 32);
    record(PixelFormat.ABGR8888, "RGBA32", 0x34324241, "ABGR8888", 0x34324241, 32);
    record(PixelFormat.XBGR8888, "RGBX32", 0x34324258, "XBGR8888", 0x34324258, 32);
    record(PixelFormat.BGRA8888, "ARGB32", 0x34324142, "BGRA8888", 0x34324142, 32);
    record(PixelFormat.BGRX8888, "XRGB32", 0x34325842, "BGRX8888", 0x34325842, 32);
    record(PixelFormat.ARGB2101010, "ARGB2101010", 0x30335241, "ARGB2101010", 0x30335241, 32);
    record(PixelFormat.RGBA1010102, "RGBA1010102", 0x30334152, "RGBA1010102", 0x30334152, 32);
    record(PixelFormat.RGBX1010102, "RGBX1010102", 0x30335852, "RGBX1010102", 0x30335852, 32);
  }

  @Test
  void whatBothNameIsThere() {
    assertEquals(
        List.of(PixelFormat.GR88, PixelFormat.ARGB2101010, PixelFormat.RGBA1010102),
        Stream.of("Y8I ", "AR30", "RA30")
            .map(code -> PixelFormat.ofV4l2(code(code)).orElseThrow())
            .toList());
    assertEquals(Optional.of(PixelFormat.GR88), PixelFormat.ofDrm(code("GR88")));
  }

  private static int code(String letters) {
    return ByteBuffer.wrap(letters.getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt();
  }

  private static void record(
      PixelFormat format, String v4l2, int v4l2Code, String drm, int drmCode, int bits) {
    RECORDED.put(
        format,
        new Recorded("V4L2_PIX_FMT_" + v4l2, v4l2Code, "", 0, "DRM_FORMAT_" + drm, drmCode, bits));
  }

  private static void record(
      PixelFormat format,
      String v4l2,
      int v4l2Code,
      String multiPlanar,
      int multiPlanarCode,
      String drm,
      int drmCode,
      int bits) {
    RECORDED.put(
        format,
        new Recorded(
            "V4L2_PIX_FMT_" + v4l2,
            v4l2Code,
            "V4L2_PIX_FMT_" + multiPlanar,
            multiPlanarCode,
            "DRM_FORMAT_" + drm,
            drmCode,
            bits));
  }

  @Test
  void everyFormatHasTheRecordedCodes() {
    assertEquals(EnumSet.allOf(PixelFormat.class), RECORDED.keySet());
    RECORDED.forEach(
        (format, recorded) -> {
          assertCode(recorded.v4l2(), recorded.v4l2Code(), format.v4l2Code());
          assertCode(
              recorded.multiPlanar(),
              recorded.multiPlanarCode(),
              format.v4l2MultiPlanarCode().orElse(0));
          assertCode(recorded.drm(), recorded.drmCode(), format.drmCode());
        });
  }

  @Test
  void noTwoFormatsShareACode() {
    Map<Integer, PixelFormat> v4l2 = new HashMap<>();
    Map<Integer, PixelFormat> drm = new HashMap<>();
    for (PixelFormat format : PixelFormat.values()) {
      assertEquals(null, v4l2.put(format.v4l2Code(), format), format::name);
      assertEquals(null, drm.put(format.drmCode(), format), format::name);
    }
    for (PixelFormat format : PixelFormat.values()) {
      format
          .v4l2MultiPlanarCode()
          .ifPresent(code -> assertEquals(format, v4l2.getOrDefault(code, format)));
    }
  }

  @Test
  void theVideoHeaderAgrees(@TempDir Path folder) throws Exception {
    Map<String, Long> codes = new HashMap<>();
    RECORDED.forEach(
        (format, recorded) -> {
          codes.put(recorded.v4l2(), (long) format.v4l2Code());
          if (!recorded.multiPlanar().isEmpty()) {
            codes.put(recorded.multiPlanar(), (long) format.v4l2MultiPlanarCode().orElseThrow());
          }
        });
    assertHeaderAgrees(KernelHeader.VIDEO, folder, codes);
  }

  @Test
  void theDisplayHeaderAgrees(@TempDir Path folder) throws Exception {
    Map<String, Long> codes = new HashMap<>();
    RECORDED.forEach((format, recorded) -> codes.put(recorded.drm(), (long) format.drmCode()));
    assertHeaderAgrees(KernelHeader.DISPLAY, folder, codes);
  }

  /** Headers older than 6.1 lack some of the macros, all have most. */
  private static void assertHeaderAgrees(KernelHeader header, Path folder, Map<String, Long> codes)
      throws Exception {
    Map<String, Long> known = header.macros(folder, codes.keySet());
    assertTrue(known.size() >= 40, () -> "only " + known.keySet());
    codes.keySet().retainAll(known.keySet());
    assertEquals(inHex(known), inHex(codes));
  }

  @Test
  void drmNamesBytesFromTheLastToTheFirst() {
    BYTES_IN_MEMORY.forEach(
        (format, bytes) -> {
          String word = new StringBuilder(bytes).reverse().toString();
          String name =
              "DRM_FORMAT_" + word + (word.equals("AYUV") ? "" : "8".repeat(word.length()));
          assertEquals(name, recorded(format).drm());
          assertEquals(bytes.length(), format.planes().get(0).bytesPerGroup());
        });
    Set<PixelFormat> unchecked = EnumSet.noneOf(PixelFormat.class);
    for (PixelFormat format : PixelFormat.values()) {
      PixelFormat.Plane first = format.planes().get(0);
      boolean bytes = !format.name().contains("1010");
      if (bytes && first.bytesPerGroup() > 2 && first.pixelsPerGroup() == 1) {
        unchecked.add(format);
      }
    }
    assertEquals(BYTES_IN_MEMORY.keySet(), unchecked);
  }

  @ParameterizedTest
  @EnumSource
  void thePlanesHoldThePixels(PixelFormat format) {
    int bits16x16 = 0;
    for (PixelFormat.Plane plane : format.planes()) {
      bits16x16 +=
          plane.bytesPerGroup() * 8 * (16 / plane.pixelsPerGroup()) * (16 / plane.rowsPerLine());
    }
    int bits = recorded(format).bits();
    assertEquals(bits * 256, bits16x16);
    assertEquals(bits * 256 / 8, ImageSpec.of(16, 16, format).layout().sizeBytes());
  }

  @ParameterizedTest
  @EnumSource
  void codesLeadBackToTheFormat(PixelFormat format) {
    assertEquals(Optional.of(format), PixelFormat.ofV4l2(format.v4l2Code()));
    assertEquals(Optional.of(format), PixelFormat.ofDrm(format.drmCode()));
    format
        .v4l2MultiPlanarCode()
        .ifPresent(code -> assertEquals(Optional.of(format), PixelFormat.ofV4l2(code)));
  }

  @Test
  void otherCodesAreNoFormat() {
    for (int code : List.of(0, -1, 0x47504a4d /* MJPG */)) {
      assertEquals(Optional.empty(), PixelFormat.ofV4l2(code));
      assertEquals(Optional.empty(), PixelFormat.ofDrm(code));
    }
    assertEquals(
        Optional.empty(), PixelFormat.ofV4l2(PixelFormat.BGRA4444.drmCode()), "a Bayer pattern");
    assertEquals(Optional.empty(), PixelFormat.ofV4l2(PixelFormat.VUYA32.drmCode()), "A Y Cb Cr");
  }

  @Test
  void packedFormatsHaveNoMultiPlanarCode() {
    assertEquals(OptionalInt.empty(), PixelFormat.YUYV.v4l2MultiPlanarCode());
  }

  @Test
  void planesCannotBeChanged() {
    assertThrows(UnsupportedOperationException.class, () -> PixelFormat.NV12.planes().clear());
  }

  private static Recorded recorded(PixelFormat format) {
    return Objects.requireNonNull(RECORDED.get(format));
  }

  private static Map<String, String> inHex(Map<String, Long> codes) {
    return new TreeMap<>(Maps.transformValues(codes, Long::toHexString));
  }

  private static void assertCode(String macro, int expected, int actual) {
    assertEquals(Integer.toHexString(expected), Integer.toHexString(actual), macro);
  }
}
