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

class VideoDev2Test {
  /** Members whose name in C is not simply the constant's in small letters. */
  private static final Map<String, String> MEMBERS =
      Map.ofEntries(
          Map.entry("FORMAT__WIDTH", "fmt.pix.width"),
          Map.entry("FORMAT__HEIGHT", "fmt.pix.height"),
          Map.entry("FORMAT__PIXELFORMAT", "fmt.pix.pixelformat"),
          Map.entry("FORMAT__FIELD", "fmt.pix.field"),
          Map.entry("FORMAT__BYTESPERLINE", "fmt.pix.bytesperline"),
          Map.entry("FORMAT__SIZEIMAGE", "fmt.pix.sizeimage"),
          Map.entry("BUFFER__TIMESTAMP_SEC", "timestamp.tv_sec"),
          Map.entry("BUFFER__TIMESTAMP_USEC", "timestamp.tv_usec"),
          Map.entry("FORMAT__MP_PLANES", "fmt.pix_mp.plane_fmt"),
          Map.entry("FORMAT__MP_NUM_PLANES", "fmt.pix_mp.num_planes"),
          Map.entry("BUFFER__FD", "m.fd"),
          Map.entry("BUFFER__OFFSET", "m.offset"),
          Map.entry("BUFFER__USERPTR", "m.userptr"),
          Map.entry("BUFFER__PLANES", "m.planes"),
          Map.entry("PLANE__FD", "m.fd"),
          Map.entry("PLANE__OFFSET", "m.mem_offset"),
          Map.entry("PLANE__USERPTR", "m.userptr"),
          Map.entry("STREAMPARM__NUMERATOR", "parm.capture.timeperframe.numerator"),
          Map.entry("STREAMPARM__DENOMINATOR", "parm.capture.timeperframe.denominator"));

  @ParameterizedTest
  @EnumSource
  void everyConstantIsThatOfTheHeader(CHeaders headers, @TempDir Path folder) throws Exception {
    Map<String, Long> expected = new LinkedHashMap<>();
    for (Field field : VideoDev2.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
        expected.put(expression(field.getName()), ((Number) field.get(null)).longValue());
      }
    }
    expected.put("offsetof(struct v4l2_streamparm, parm.output.timeperframe.numerator)", 12L);
    expected.put("sizeof(long)", (long) Long.BYTES);
    // Older headers lack the structure, whose size is also in the number of its request.
    expected.keySet().removeIf(each -> each.contains("v4l2_remove_buffers"));
    headers.assertSay(folder, List.of("linux/videodev2.h"), Set.of("VIDIOC_REMOVE_BUFS"), expected);
  }

  /** The requests as arm64 and x86-64 have them, for a machine without headers. */
  @Test
  void requestsAreComposedOfDirectionSizeLetterAndNumber() {
    assertEquals(0x80685600L, VideoDev2.VIDIOC_QUERYCAP);
    assertEquals(0xc0d05604L, VideoDev2.VIDIOC_G_FMT);
    assertEquals(0xc0d05605L, VideoDev2.VIDIOC_S_FMT);
    assertEquals(0xc0145608L, VideoDev2.VIDIOC_REQBUFS);
    assertEquals(0xc0585609L, VideoDev2.VIDIOC_QUERYBUF);
    assertEquals(0xc058560fL, VideoDev2.VIDIOC_QBUF);
    assertEquals(0xc0405610L, VideoDev2.VIDIOC_EXPBUF);
    assertEquals(0xc100565cL, VideoDev2.VIDIOC_CREATE_BUFS);
    assertEquals(0xc0405668L, VideoDev2.VIDIOC_REMOVE_BUFS);
    assertEquals(0x40045612L, VideoDev2.VIDIOC_STREAMON);
  }

  private static String expression(String name) {
    if (name.startsWith("V4L2_") || name.startsWith("VIDIOC_") || name.equals("VIDEO_MAX_PLANES")) {
      return name;
    }
    int separator = name.indexOf("__");
    if (separator < 0) {
      return "sizeof(struct v4l2_%s)".formatted(name.toLowerCase(Locale.ROOT));
    }
    String struct = name.substring(0, separator).toLowerCase(Locale.ROOT);
    String member = name.substring(separator + 2).toLowerCase(Locale.ROOT);
    if (struct.equals("dv_timings")) {
      member = "bt." + member;
    }
    return "offsetof(struct v4l2_%s, %s)".formatted(struct, MEMBERS.getOrDefault(name, member));
  }
}
