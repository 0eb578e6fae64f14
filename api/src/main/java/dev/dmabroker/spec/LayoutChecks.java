package dev.dmabroker.spec;

import java.util.List;

/**
 * Checks that the numbers of a layout agree with one another, and with the format and the modifier
 * of its picture. What lies between contents is free: strides may be wider than lines, planes may
 * have gaps between them, and the layout may be larger than its planes. All else follows from
 * format, modifier and size, so a mover that copies whole tiles copies all contents.
 */
final class LayoutChecks {
  private LayoutChecks() {}

  /** Checks the numbers of one plane; see {@link Layout.Plane} for what they are. */
  static void plane(long offsetBytes, long strideBytes, long lineBytes, long lines, int tileLines) {
    if (offsetBytes < 0) {
      throw invalid("a plane", "offsetBytes=" + offsetBytes, "it must be at least 0");
    }
    if (tileLines < 1) {
      throw invalid("a plane", "tileLines=" + tileLines, "it must be at least 1");
    }
    if (lineBytes < 1) {
      throw invalid("a plane", "lineBytes=" + lineBytes, "it must be at least 1");
    }
    if (strideBytes < lineBytes) {
      throw invalid(
          "a plane",
          "strideBytes=" + strideBytes,
          "each line would begin before the last of the " + lineBytes + " bytes of the one before");
    }
    if (lines < 1 || lines % tileLines != 0) {
      throw invalid(
          "a plane",
          "lines=" + lines,
          "it must be a multiple of the " + tileLines + " lines of a tile, and at least one tile");
    }
    if (strideBytes > (Long.MAX_VALUE - offsetBytes) / lines) {
      throw invalid(
          "a plane",
          "strideBytes=" + strideBytes,
          lines + " such lines after " + offsetBytes + " bytes end over 2^63");
    }
  }

  /** Checks how a picture is stored. */
  static void image(PixelFormat format, Modifier modifier, int codedWidth, int codedHeight) {
    if (codedWidth < 1 || codedHeight < 1) {
      throw invalid(
          "a picture of " + format,
          "a coded size of " + codedWidth + "x" + codedHeight,
          "width and height must be at least 1 pixel");
    }
    if (!modifier.supports(format)) {
      throw invalid(
          "a picture of " + format,
          "the modifier " + modifier,
          "that modifier is not defined for the format; LINEAR is for all");
    }
  }

  /** Checks that the planes lie one behind the other within the layout. */
  static void order(long sizeBytes, List<Layout.Plane> planes) {
    if (planes.isEmpty()) {
      throw invalid("a layout", "no plane", "contents lie in at least one");
    }
    long end = 0;
    for (int i = 0; i < planes.size(); i++) {
      Layout.Plane plane = planes.get(i);
      if (plane.offsetBytes() < end) {
        throw invalid(
            "plane " + i,
            "offsetBytes=" + plane.offsetBytes(),
            "the plane before it ends at " + end + "; give planes in order, without overlap");
      }
      end = end(plane);
    }
    if (end > sizeBytes) {
      throw invalid(
          "a layout", "sizeBytes=" + sizeBytes, "the contents of its planes end at " + end);
    }
  }

  /** Returns where the contents of a plane end; the last row needs no memory for its padding. */
  private static long end(Layout.Plane plane) {
    return plane.offsetBytes()
        + (plane.lines() - plane.tileLines()) * plane.strideBytes()
        + plane.lineBytes() * plane.tileLines();
  }

  /** Checks that the planes are those that the picture has. */
  static void picture(List<Layout.Plane> planes, Layout.Image image) {
    List<PixelFormat.Plane> shapes = image.format().planes();
    if (planes.size() != shapes.size()) {
      throw invalid(text(image), planes.size() + " planes", "the format has " + shapes.size());
    }
    for (int i = 0; i < shapes.size(); i++) {
      picturePlane(planes.get(i), image, i);
    }
  }

  private static void picturePlane(Layout.Plane plane, Layout.Image image, int index) {
    PixelFormat.Plane shape = image.format().planes().get(index);
    int tileBytes = image.modifier().tileBytes(image.format(), index);
    int tileLines = image.modifier().tileLines(image.format(), index);
    long groups = roundUp(image.codedWidth(), shape.pixelsPerGroup()) / shape.pixelsPerGroup();
    long lines = roundUp(image.codedHeight(), shape.rowsPerLine()) / shape.rowsPerLine();
    equal(plane.tileLines(), tileLines, "tileLines", image, index);
    equal(
        plane.lineBytes(),
        roundUp(groups * shape.bytesPerGroup(), tileBytes),
        "lineBytes",
        image,
        index);
    equal(plane.lines(), roundUp(lines, tileLines), "lines", image, index);
    multiple(plane.strideBytes(), tileBytes, "strideBytes", image, index);
    multiple(plane.offsetBytes(), tileBytes * tileLines, "offsetBytes", image, index);
  }

  private static void equal(long is, long needed, String what, Layout.Image image, int plane) {
    if (is != needed) {
      throw invalid(
          "plane " + plane + " of " + text(image),
          what + "=" + is,
          "format, modifier and coded size make it " + needed);
    }
  }

  private static void multiple(long is, int of, String what, Layout.Image image, int plane) {
    if (is % of != 0) {
      throw invalid(
          "plane " + plane + " of " + text(image),
          what + "=" + is,
          "tiles of the modifier make it a multiple of " + of);
    }
  }

  private static long roundUp(long value, long step) {
    return (value + step - 1) / step * step;
  }

  private static String text(Layout.Image image) {
    return "a picture of "
        + image.codedWidth()
        + "x"
        + image.codedHeight()
        + " "
        + image.format()
        + " "
        + image.modifier();
  }

  private static IllegalArgumentException invalid(String which, String what, String why) {
    return new IllegalArgumentException(which + " cannot have " + what + ": " + why);
  }
}
