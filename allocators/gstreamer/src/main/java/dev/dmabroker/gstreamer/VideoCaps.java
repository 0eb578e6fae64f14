package dev.dmabroker.gstreamer;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What caps say of the pictures in buffers, and so where their planes lie. Of caps that are not of
 * raw pictures nothing is understood: such buffers hold bytes.
 *
 * @param text the caps
 * @param picture what buffers hold; null if it is no raw picture
 * @param modifier how the picture is stored
 */
record VideoCaps(String text, @Nullable ImageSpec picture, Modifier modifier) {
  /** Those that say nothing. */
  static final VideoCaps NONE = new VideoCaps("", null, Modifier.LINEAR);

  /** The longest side of a picture that GStreamer's elements have. */
  private static final int MOST_PIXELS = 1 << 15;

  /** Rows begin at its multiples where nothing else is said (video-info.c). */
  private static final int STRIDE_GRAIN = 4;

  private static final int FOURCC_BYTES = 4;

  /**
   * Reads caps.
   *
   * @throws BufferRefusedException if they are of a raw picture that has no format known here
   */
  static VideoCaps of(String caps) {
    if (!caps.startsWith("video/x-raw")) {
      return new VideoCaps(caps, null, Modifier.LINEAR);
    }
    String format = field(caps, "format").orElse("");
    int width = pixels(caps, "width");
    int height = pixels(caps, "height");
    if (format.equals("DMA_DRM")) {
      return ofDrm(caps, field(caps, "drm-format").orElse(""), width, height);
    }
    PixelFormat its =
        VideoFormat.ofName(format)
            .orElseThrow(() -> new BufferRefusedException("no format here is that of " + caps))
            .format();
    return new VideoCaps(caps, ImageSpec.of(width, height, its), Modifier.LINEAR);
  }

  private static VideoCaps ofDrm(String caps, String drmFormat, int width, int height) {
    Matcher parts = Pattern.compile("(.{4})(?::0x([0-9a-fA-F]{1,16}))?").matcher(drmFormat);
    Optional<PixelFormat> format =
        parts.matches() ? PixelFormat.ofDrm(fourcc(parts.group(1))) : Optional.empty();
    if (format.isEmpty()) {
      throw new BufferRefusedException("no format here is that of " + caps);
    }
    Modifier modifier =
        parts.group(2) == null
            ? Modifier.LINEAR
            : Modifier.of(Long.parseUnsignedLong(parts.group(2), 16));
    if (!modifier.supports(format.get())) {
      throw new BufferRefusedException("no picture can be stored as " + caps);
    }
    return new VideoCaps(caps, ImageSpec.of(width, height, format.get()), modifier);
  }

  private static int fourcc(String letters) {
    byte[] bytes = letters.getBytes(StandardCharsets.ISO_8859_1);
    return bytes.length != FOURCC_BYTES
        ? 0
        : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private static int pixels(String caps, String name) {
    String number = field(caps, name).orElse("");
    if (!number.matches("[0-9]{1,5}")
        || Integer.parseInt(number) < 1
        || Integer.parseInt(number) > MOST_PIXELS) {
      throw new BufferRefusedException("a picture has no " + name + " of pixels in " + caps);
    }
    return Integer.parseInt(number);
  }

  /** The value of a field, which may be preceded by its type, and may stand in quotes. */
  private static Optional<String> field(String caps, String name) {
    Matcher found =
        Pattern.compile(", *" + name + "=(?:\\([a-z:]+\\))? *\"?([^\",;]+)\"?").matcher(caps);
    return found.find() ? Optional.of(found.group(1).strip()) : Optional.empty();
  }

  /** What a buffer holds. */
  BufferSpec spec(PipelineBuffer buffer) {
    return picture == null ? BlobSpec.of(buffer.sizeBytes()) : picture;
  }

  /**
   * Where the contents of a buffer lie in its file.
   *
   * @throws BufferRefusedException if they do not lie within it, or contradict the caps
   */
  Layout layout(PipelineBuffer buffer) {
    ImageSpec its = picture;
    try {
      return its == null
          ? new Layout(buffer.endBytes(), List.of(bytes(buffer)))
          : new Layout(buffer.endBytes(), planes(its, buffer), Optional.of(image(its)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new BufferRefusedException(
          "a buffer of " + buffer.sizeBytes() + " bytes does not fit its caps: " + e.getMessage(),
          e);
    }
  }

  private static Layout.Plane bytes(PipelineBuffer buffer) {
    return new Layout.Plane(buffer.offsetBytes(), buffer.sizeBytes(), buffer.sizeBytes(), 1);
  }

  private Layout.Image image(ImageSpec its) {
    return new Layout.Image(its.format(), modifier, its.width(), its.height());
  }

  private List<Layout.Plane> planes(ImageSpec its, PipelineBuffer buffer) {
    List<PipelineBuffer.Plane> said =
        buffer.planes().isEmpty() ? usualPlanes(its) : buffer.planes();
    int count = its.format().planes().size();
    if (said.size() != count) {
      throw new BufferRefusedException(
          its + " has " + count + " planes, and its meta " + said.size());
    }
    List<Layout.Plane> planes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      planes.add(plane(its, i, said.get(i), buffer.offsetBytes()));
    }
    return planes;
  }

  private Layout.Plane plane(ImageSpec its, int index, PipelineBuffer.Plane said, long fromBytes) {
    PixelFormat.Plane shape = its.format().planes().get(index);
    int tileLines = modifier.isOpaque() ? 1 : modifier.tileLines(its.format(), index);
    int tileBytes = modifier.isOpaque() ? 1 : modifier.tileBytes(its.format(), index);
    long groups = divideUp(its.width(), shape.pixelsPerGroup());
    long lines = divideUp(its.height(), shape.rowsPerLine());
    return new Layout.Plane(
        Math.addExact(fromBytes, said.offsetBytes()),
        said.strideBytes(),
        divideUp(groups * shape.bytesPerGroup(), tileBytes) * tileBytes,
        divideUp(lines, tileLines) * tileLines,
        tileLines);
  }

  /** The planes of a buffer of which no meta says anything, as GStreamer lays pictures out. */
  private static List<PipelineBuffer.Plane> usualPlanes(ImageSpec picture) {
    List<PixelFormat.Plane> shapes = picture.format().planes();
    int rows = shapes.stream().mapToInt(PixelFormat.Plane::rowsPerLine).max().orElse(1);
    long height = divideUp(picture.height(), rows) * rows;
    List<PipelineBuffer.Plane> planes = new ArrayList<>();
    long offset = 0;
    for (PixelFormat.Plane shape : shapes) {
      long lineBytes = divideUp(picture.width(), shape.pixelsPerGroup()) * shape.bytesPerGroup();
      long stride = divideUp(lineBytes, STRIDE_GRAIN) * STRIDE_GRAIN;
      planes.add(new PipelineBuffer.Plane(offset, stride));
      offset += stride * (height / shape.rowsPerLine());
    }
    return planes;
  }

  private static long divideUp(long value, long by) {
    return (value + by - 1) / by;
  }
}
