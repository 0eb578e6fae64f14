package dev.dmabroker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The codes against the kernel's headers where there are any, and against a record of them. */
class PixelFormatTest {

  /** The headers' names of a format, and their values in Linux 6.12. */
  private record Recorded(String v4l2, int v4l2Code, String drm, int drmCode) {}

  private static final Map<PixelFormat, Recorded> RECORDED = new EnumMap<>(PixelFormat.class);

  static {
    record(PixelFormat.GREY, "GREY", 0x59455247, "R8", 0x20203852);
    record(PixelFormat.YUYV, "YUYV", 0x56595559, "YUYV", 0x56595559);
    record(PixelFormat.UYVY, "UYVY", 0x59565955, "UYVY", 0x59565955);
    record(PixelFormat.YVYU, "YVYU", 0x55595659, "YVYU", 0x55595659);
    record(PixelFormat.NV12, "NV12", 0x3231564e, "NV12", 0x3231564e);
    record(PixelFormat.NV21, "NV21", 0x3132564e, "NV21", 0x3132564e);
    record(PixelFormat.NV16, "NV16", 0x3631564e, "NV16", 0x3631564e);
    record(PixelFormat.YUV420, "YUV420", 0x32315559, "YUV420", 0x32315559);
    record(PixelFormat.RGB565, "RGB565", 0x50424752, "RGB565", 0x36314752);
    record(PixelFormat.RGB24, "RGB24", 0x33424752, "BGR888", 0x34324742);
    record(PixelFormat.BGR24, "BGR24", 0x33524742, "RGB888", 0x34324752);
    record(PixelFormat.ARGB8888, "ABGR32", 0x34325241, "ARGB8888", 0x34325241);
    record(PixelFormat.XRGB8888, "XBGR32", 0x34325258, "XRGB8888", 0x34325258);
  }

  private static void record(
      PixelFormat format, String v4l2, int v4l2Code, String drm, int drmCode) {
    RECORDED.put(
        format, new Recorded("V4L2_PIX_FMT_" + v4l2, v4l2Code, "DRM_FORMAT_" + drm, drmCode));
  }

  @Test
  void everyFormatHasTheRecordedCodes() {
    assertEquals(EnumSet.allOf(PixelFormat.class), RECORDED.keySet());
    RECORDED.forEach(
        (format, recorded) -> {
          assertCode(recorded.v4l2(), recorded.v4l2Code(), format.v4l2Code());
          assertCode(recorded.drm(), recorded.drmCode(), format.drmCode());
        });
  }

  @Test
  void noTwoFormatsShareACode() {
    Set<PixelFormat> all = EnumSet.allOf(PixelFormat.class);
    assertEquals(all.size(), all.stream().map(PixelFormat::v4l2Code).distinct().count());
    assertEquals(all.size(), all.stream().map(PixelFormat::drmCode).distinct().count());
  }

  @Test
  void theVideoHeaderAgrees(@TempDir Path folder) throws Exception {
    assumeTrue(compiles(folder, "#include <linux/videodev2.h>"), "needs gcc and linux/videodev2.h");
    assertHeaderSays(folder, "#include <linux/videodev2.h>", Recorded::v4l2, PixelFormat::v4l2Code);
  }

  @Test
  void theDisplayHeaderAgrees(@TempDir Path folder) throws Exception {
    // The kernel installs it as drm/drm_fourcc.h, libdrm as libdrm/drm_fourcc.h.
    String include =
        """
        #if __has_include(<drm/drm_fourcc.h>)
        #include <drm/drm_fourcc.h>
        #else
        #include <libdrm/drm_fourcc.h>
        #endif
        """;
    assumeTrue(compiles(folder, include), "needs gcc and drm_fourcc.h, say from libdrm-dev");
    assertHeaderSays(folder, include, Recorded::drm, PixelFormat::drmCode);
  }

  @Test
  void planesCannotBeChanged() {
    assertThrows(UnsupportedOperationException.class, () -> PixelFormat.NV12.planes().clear());
  }

  private static void assertHeaderSays(
      Path folder,
      String include,
      Function<Recorded, String> macro,
      Function<PixelFormat, Integer> code)
      throws Exception {
    StringBuilder program = new StringBuilder("#include <stdio.h>\n" + include + "\n");
    program.append("int main(void) {\n");
    RECORDED
        .values()
        .forEach(
            each -> program.append("  printf(\"%x\\n\", (unsigned) " + macro.apply(each) + ");\n"));
    program.append("  return 0;\n}\n");
    assertTrue(gcc(folder, program.toString()), () -> "does not compile:\n" + program);
    Process probe = new ProcessBuilder(folder.resolve("probe").toString()).start();
    try (var lines = probe.inputReader()) {
      for (var each : RECORDED.entrySet()) {
        String line = String.valueOf(lines.readLine());
        assertCode(
            macro.apply(each.getValue()),
            Integer.parseUnsignedInt(line, 16),
            code.apply(each.getKey()));
      }
    }
    assertEquals(0, probe.waitFor());
  }

  private static void assertCode(String macro, int expected, int actual) {
    assertEquals(Integer.toHexString(expected), Integer.toHexString(actual), macro);
  }

  private static boolean compiles(Path folder, String include) throws Exception {
    return gcc(folder, include + "\nint main(void) { return 0; }\n");
  }

  private static boolean gcc(Path folder, String program) throws Exception {
    Path source = Files.writeString(folder.resolve("probe.c"), program);
    try {
      Process gcc =
          new ProcessBuilder("gcc", "-o", folder + "/probe", source.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("gcc.log").toFile())
              .start();
      return gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no gcc.
    }
  }
}
