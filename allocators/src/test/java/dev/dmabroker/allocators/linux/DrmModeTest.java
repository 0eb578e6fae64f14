package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.testing.CHeaders;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrmModeTest {
  @ParameterizedTest
  @EnumSource
  void everyConstantIsThatOfTheHeader(CHeaders headers, @TempDir Path folder) throws Exception {
    Map<String, Long> expected = new LinkedHashMap<>();
    for (Field field : DrmMode.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
        Number value = (Number) field.get(null);
        expected.put(
            expression(field.getName()),
            value instanceof Integer i ? Integer.toUnsignedLong(i) : value.longValue());
      }
    }
    headers.assertSay(folder, List.of("fcntl.h", "drm.h"), Set.of(), expected);
  }

  /** The requests as arm64 and x86-64 have them, for a machine without headers. */
  @Test
  void requestsAreComposedOfDirectionSizeLetterAndNumber() {
    assertEquals(0xc0406400L, DrmMode.DRM_IOCTL_VERSION);
    assertEquals(0xc010640cL, DrmMode.DRM_IOCTL_GET_CAP);
    assertEquals(0x0000641fL, DrmMode.DRM_IOCTL_DROP_MASTER);
    assertEquals(0xc00c642dL, DrmMode.DRM_IOCTL_PRIME_HANDLE_TO_FD);
    assertEquals(0xc02064b2L, DrmMode.DRM_IOCTL_MODE_CREATE_DUMB);
    assertEquals(0xc01064b3L, DrmMode.DRM_IOCTL_MODE_MAP_DUMB);
    assertEquals(0xc00464b4L, DrmMode.DRM_IOCTL_MODE_DESTROY_DUMB);
    assertEquals(0xc04064a0L, DrmMode.DRM_IOCTL_MODE_GETRESOURCES);
    assertEquals(0xc03864bcL, DrmMode.DRM_IOCTL_MODE_ATOMIC);
    assertEquals(0x40086409L, DrmMode.DRM_IOCTL_GEM_CLOSE);
    assertEquals(0xc00c642eL, DrmMode.DRM_IOCTL_PRIME_FD_TO_HANDLE);
  }

  private static String expression(String name) {
    if (name.startsWith("DRM_")) {
      return name;
    }
    int separator = name.indexOf("__");
    String struct = (separator < 0 ? name : name.substring(0, separator)).toLowerCase(Locale.ROOT);
    return separator < 0
        ? "sizeof(struct drm_%s)".formatted(struct)
        : "offsetof(struct drm_%s, %s)"
            .formatted(struct, name.substring(separator + 2).toLowerCase(Locale.ROOT));
  }
}
