package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.testing.Modifiers;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The codes against the kernel's header where there is one, and against a record of it. */
class ModifierTest {

  /** The header's name of a modifier, and its value in Linux 6.1. */
  private record Recorded(String macro, long code) {}

  private static final Map<Modifier, Recorded> RECORDED = new LinkedHashMap<>();

  static {
    record(Modifier.LINEAR, "DRM_FORMAT_MOD_LINEAR", 0x0000_0000_0000_0000L);
    record(Modifier.I915_X_TILED, "I915_FORMAT_MOD_X_TILED", 0x0100_0000_0000_0001L);
    record(Modifier.I915_Y_TILED, "I915_FORMAT_MOD_Y_TILED", 0x0100_0000_0000_0002L);
    record(Modifier.I915_4_TILED, "I915_FORMAT_MOD_4_TILED", 0x0100_0000_0000_0009L);
    record(
        Modifier.NVIDIA_TEGRA_TILED, "DRM_FORMAT_MOD_NVIDIA_TEGRA_TILED", 0x0300_0000_0000_0001L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_ONE_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_ONE_GOB",
        0x0300_0000_0000_0010L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_TWO_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_TWO_GOB",
        0x0300_0000_0000_0011L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_FOUR_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_FOUR_GOB",
        0x0300_0000_0000_0012L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_EIGHT_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_EIGHT_GOB",
        0x0300_0000_0000_0013L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_SIXTEEN_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_SIXTEEN_GOB",
        0x0300_0000_0000_0014L);
    record(
        Modifier.NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB,
        "DRM_FORMAT_MOD_NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB",
        0x0300_0000_0000_0015L);
    record(
        Modifier.SAMSUNG_64_32_TILE, "DRM_FORMAT_MOD_SAMSUNG_64_32_TILE", 0x0400_0000_0000_0001L);
    record(
        Modifier.SAMSUNG_16_16_TILE, "DRM_FORMAT_MOD_SAMSUNG_16_16_TILE", 0x0400_0000_0000_0002L);
    record(Modifier.VIVANTE_TILED, "DRM_FORMAT_MOD_VIVANTE_TILED", 0x0600_0000_0000_0001L);
    record(
        Modifier.VIVANTE_SUPER_TILED, "DRM_FORMAT_MOD_VIVANTE_SUPER_TILED", 0x0600_0000_0000_0002L);
    record(
        Modifier.ARM_16X16_BLOCK_U_INTERLEAVED,
        "DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED",
        0x0810_0000_0000_0001L);
    record(Modifier.ALLWINNER_TILED, "DRM_FORMAT_MOD_ALLWINNER_TILED", 0x0900_0000_0000_0001L);
  }

  private static void record(Modifier modifier, String macro, long code) {
    RECORDED.put(modifier, new Recorded(macro, code));
  }

  @Test
  void everyModifierHasTheRecordedCode() {
    assertEquals(Modifier.computed(), List.copyOf(RECORDED.keySet()));
    assertEquals(Modifier.computed(), Modifier.computed().stream().sorted().toList());
    RECORDED.forEach(
        (modifier, recorded) -> assertCode(recorded.macro(), recorded.code(), modifier.code()));
  }

  @Test
  void theDisplayHeaderAgrees(@TempDir Path folder) throws Exception {
    Map<String, Long> codes = new TreeMap<>();
    RECORDED.forEach((modifier, recorded) -> codes.put(recorded.macro(), modifier.code()));
    codes.put("DRM_FORMAT_MOD_INVALID", Modifier.INVALID_CODE);
    Map<String, Long> known = KernelHeader.DISPLAY.macros(folder, codes.keySet());
    assertTrue(known.size() >= 15, () -> "only " + known.keySet()); // Tile 4 is rather new.
    codes.keySet().retainAll(known.keySet());
    assertEquals(known, codes);
  }

  private static List<Modifier> computed() {
    return Modifier.computed();
  }

  @ParameterizedTest
  @MethodSource("computed")
  void theCodeLeadsBackToTheModifier(Modifier modifier) {
    assertSame(modifier, Modifier.of(modifier.code()));
  }

  @ParameterizedTest
  @CsvSource({
    "LINEAR, NV12, 0, 1, 1",
    "LINEAR, NV12, 1, 1, 1",
    "I915_X_TILED, XRGB8888, 0, 512, 8",
    "I915_Y_TILED, NV12, 0, 128, 32",
    "I915_Y_TILED, NV12, 1, 128, 32",
    "I915_4_TILED, XRGB8888, 0, 128, 32",
    "NVIDIA_TEGRA_TILED, RGB565, 0, 16, 16",
    "NVIDIA_16BX2_BLOCK_ONE_GOB, XRGB8888, 0, 64, 8",
    "NVIDIA_16BX2_BLOCK_TWO_GOB, XRGB8888, 0, 64, 16",
    "NVIDIA_16BX2_BLOCK_FOUR_GOB, XRGB8888, 0, 64, 32",
    "NVIDIA_16BX2_BLOCK_EIGHT_GOB, XRGB8888, 0, 64, 64",
    "NVIDIA_16BX2_BLOCK_SIXTEEN_GOB, XRGB8888, 0, 64, 128",
    "NVIDIA_16BX2_BLOCK_THIRTYTWO_GOB, NV12, 1, 64, 256",
    "SAMSUNG_64_32_TILE, NV12, 0, 128, 64",
    "SAMSUNG_64_32_TILE, NV12, 1, 128, 64",
    "SAMSUNG_16_16_TILE, XRGB8888, 0, 64, 16",
    "SAMSUNG_16_16_TILE, NV12, 0, 16, 16",
    "SAMSUNG_16_16_TILE, NV12, 1, 16, 8",
    "SAMSUNG_16_16_TILE, P010, 1, 32, 8",
    "SAMSUNG_16_16_TILE, NV16, 1, 16, 16",
    "SAMSUNG_16_16_TILE, YUV420, 2, 8, 8",
    "SAMSUNG_16_16_TILE, YUV410, 1, 4, 4",
    "VIVANTE_TILED, RGB565, 0, 8, 4",
    "VIVANTE_TILED, YUYV, 0, 8, 4",
    "VIVANTE_TILED, ARGB8888, 0, 16, 4",
    "VIVANTE_SUPER_TILED, ARGB8888, 0, 256, 64",
    "ARM_16X16_BLOCK_U_INTERLEAVED, ABGR8888, 0, 64, 16",
    "ALLWINNER_TILED, NV12, 0, 32, 32",
    "ALLWINNER_TILED, NV12, 1, 32, 32",
  })
  void aTileIsAsTheHeaderSays(String name, PixelFormat format, int plane, int bytes, int lines) {
    Modifier modifier = Modifiers.named(name);
    assertEquals(bytes, modifier.tileBytes(format, plane), "bytes");
    assertEquals(lines, modifier.tileLines(format, plane), "lines");
  }

  @ParameterizedTest
  @MethodSource("computed")
  void whatIsSupportedHasWholeTilesInEveryPlane(Modifier modifier) {
    assertTrue(EnumSet.allOf(PixelFormat.class).stream().anyMatch(modifier::supports));
    for (PixelFormat format : PixelFormat.values()) {
      for (int plane = 0; plane < format.planes().size(); plane++) {
        int index = plane;
        if (modifier.supports(format)) {
          assertTrue(modifier.tileBytes(format, plane) >= 1);
          assertTrue(modifier.tileLines(format, plane) >= 1);
        } else {
          assertThrows(IllegalArgumentException.class, () -> modifier.tileBytes(format, index));
          assertThrows(IllegalArgumentException.class, () -> modifier.tileLines(format, index));
        }
      }
    }
  }

  @Test
  void intelsTilesArePages() {
    for (Modifier modifier :
        List.of(Modifier.I915_X_TILED, Modifier.I915_Y_TILED, Modifier.I915_4_TILED)) {
      assertEquals(
          4096,
          modifier.tileBytes(PixelFormat.XRGB8888, 0)
              * modifier.tileLines(PixelFormat.XRGB8888, 0));
    }
  }

  @Test
  void formatsThatTheHeaderLeavesOpenAreNotSupported() {
    assertTrue(Modifier.VIVANTE_TILED.supports(PixelFormat.YUYV));
    assertFalse(Modifier.VIVANTE_TILED.supports(PixelFormat.NV12));
    assertFalse(Modifier.SAMSUNG_64_32_TILE.supports(PixelFormat.NV21));
    assertTrue(Modifier.ALLWINNER_TILED.supports(PixelFormat.NV21));
    assertFalse(Modifier.ALLWINNER_TILED.supports(PixelFormat.YUV420));
    assertFalse(Modifier.ALLWINNER_TILED.supports(PixelFormat.XRGB8888));
  }

  @Test
  void aFormatThatIsNotSupportedIsNamed() {
    var allwinner =
        assertThrows(
            IllegalArgumentException.class,
            () -> Modifier.ALLWINNER_TILED.tileBytes(PixelFormat.XRGB8888, 0));
    assertEquals(
        "ALLWINNER_TILED is defined for NV12 and NV21, not XRGB8888; LINEAR would help",
        allwinner.getMessage());
    var vivante =
        assertThrows(
            IllegalArgumentException.class,
            () -> Modifier.VIVANTE_TILED.tileLines(PixelFormat.NV12, 0));
    assertEquals(
        "VIVANTE_TILED is defined for formats of one plane, not NV12; LINEAR would help",
        vivante.getMessage());
  }

  @Test
  void aPlaneThatThereIsNotIsRefused() {
    assertThrows(
        IndexOutOfBoundsException.class, () -> Modifier.LINEAR.tileBytes(PixelFormat.NV12, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "0x0800000000000001, Arm", // AFBC, 16x16
    "0x0100000000000003, Intel", // Yf
    "0x0200000000000901, AMD",
    "0x0000000000000001, no vendor",
    "0x7f00000000000001, unknown vendor 0x7f",
    "0xff00000000000001, unknown vendor 0xff",
  })
  void anyOtherIsOpaqueAndSaysWhose(String code, String vendor) {
    Modifier modifier = Modifier.of(Long.parseUnsignedLong(code.substring(2), 16));
    assertTrue(modifier.isOpaque());
    assertEquals(vendor + " " + code, modifier.toString());
    assertEquals(modifier, Modifier.of(modifier.code()));
    assertEquals(modifier.hashCode(), Modifier.of(modifier.code()).hashCode());
    assertTrue(modifier.supports(PixelFormat.NV12));
    var failure =
        assertThrows(IllegalArgumentException.class, () -> modifier.tileBytes(PixelFormat.NV12, 0));
    assertEquals(
        modifier + " is opaque: only a device can say how planes lie with it",
        failure.getMessage());
  }

  @Test
  void theInvalidModifierIsNoLayout() {
    var failure =
        assertThrows(IllegalArgumentException.class, () -> Modifier.of(0x00ff_ffff_ffff_ffffL));
    assertEquals(
        "0x00ffffffffffffff is DRM_FORMAT_MOD_INVALID, which names no layout but leaves it to the"
            + " driver; LINEAR (0) would help, or anyModifier() where any layout will do",
        failure.getMessage());
  }

  private static void assertCode(String macro, long expected, long actual) {
    assertEquals(Long.toHexString(expected), Long.toHexString(actual), macro);
  }
}
