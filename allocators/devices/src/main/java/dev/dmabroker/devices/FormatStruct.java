package dev.dmabroker.devices;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@code struct v4l2_format} of one direction of a node. */
final class FormatStruct {
  private final boolean multiPlanar;
  private final Memory format = Structs.zeroed(VideoDev2.FORMAT);

  FormatStruct(V4l2Direction direction, boolean multiPlanar) {
    this.multiPlanar = multiPlanar;
    format.setInt(VideoDev2.FORMAT__TYPE, direction.bufferType(multiPlanar));
  }

  /** What the driver reads and writes. */
  Memory memory() {
    return format;
  }

  /** Asks for a format; a stride of 0 leaves it to the driver. */
  void write(int width, int height, int pixelFormat, int strideBytes) {
    format.setInt(VideoDev2.FORMAT__WIDTH, width);
    format.setInt(VideoDev2.FORMAT__HEIGHT, height);
    format.setInt(VideoDev2.FORMAT__PIXELFORMAT, pixelFormat);
    format.setInt(VideoDev2.FORMAT__FIELD, VideoDev2.V4L2_FIELD_NONE);
    format.setInt(
        multiPlanar
            ? VideoDev2.FORMAT__MP_PLANES + VideoDev2.PLANE_PIX_FORMAT__BYTESPERLINE
            : VideoDev2.FORMAT__BYTESPERLINE,
        strideBytes);
  }

  /**
   * What the driver answered.
   *
   * @throws IllegalStateException if it speaks of more planes than there can be
   */
  V4l2Format read(Path node) {
    return new V4l2Format(
        format.getInt(VideoDev2.FORMAT__WIDTH),
        format.getInt(VideoDev2.FORMAT__HEIGHT),
        format.getInt(VideoDev2.FORMAT__PIXELFORMAT),
        multiPlanar ? planes(node) : List.of(onlyPlane()));
  }

  private V4l2Format.Plane onlyPlane() {
    return new V4l2Format.Plane(
        format.getInt(VideoDev2.FORMAT__BYTESPERLINE), format.getInt(VideoDev2.FORMAT__SIZEIMAGE));
  }

  private List<V4l2Format.Plane> planes(Path node) {
    int count = Byte.toUnsignedInt(format.getByte(VideoDev2.FORMAT__MP_NUM_PLANES));
    if (count > VideoDev2.VIDEO_MAX_PLANES) {
      throw new IllegalStateException(
          "%s says that a frame has %d planes; V4L2 knows up to %d"
              .formatted(node, count, VideoDev2.VIDEO_MAX_PLANES));
    }
    List<V4l2Format.Plane> planes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int plane = VideoDev2.FORMAT__MP_PLANES + i * VideoDev2.PLANE_PIX_FORMAT;
      planes.add(
          new V4l2Format.Plane(
              format.getInt(plane + VideoDev2.PLANE_PIX_FORMAT__BYTESPERLINE),
              format.getInt(plane + VideoDev2.PLANE_PIX_FORMAT__SIZEIMAGE)));
    }
    return planes;
  }
}
