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
 * @param picture what buffers hold; null if it is no raw picture
 * @param modifier how the picture is stored
 */
record VideoCaps(@Nullable ImageSpec picture, Modifier modifier) {
  /** The longest side of a picture that GStreamer's elements have. */
  private static final int MOST_PIXELS = 1 << 15;

  /** Rows begin at its multiples where nothing else is said (video-info.c). */
  private static final int STRIDE_GRAIN = 4;

  private static final int FOURCC_BYTES = 4;

  /**
   * Reads caps.
   *
   * @throws BadMessageException if they are of a raw picture that has no format known here
   */
  static VideoCaps of(String caps) throws BadMessageException {
    if (!caps.startsWith("video/x-raw")) {
      return new VideoCaps(null, Modifier.LINEAR);
    }
    String format = field(caps, "format").orElse("");
    int width = pixels(caps, "width");
    int height = pixels(caps, "height");
    if (format.equals("DMA_DRM")) {
      return ofDrm(caps, field(caps, "drm-format").orElse(""), width, height);
    }
    PixelFormat its =
        VideoFormat.ofName(format)
            .orElseThrow(() -> new BadMessageException("no format here is that of " + caps))
            .format();
    return new VideoCaps(ImageSpec.of(width, height, its), Modifier.LINEAR);
  }

  private static VideoCaps ofDrm(String caps, String drmFormat, int width, int height)
      throws BadMessageException {
    Matcher parts = Pattern.compile("(.{4})(?::0x([0-9a-fA-F]{1,16}))?").matcher(drmFormat);
    Optional<PixelFormat> format =
        parts.matches() ? PixelFormat.ofDrm(fourcc(parts.group(1))) : Optional.empty();
    if (format.isEmpty()) {
      throw new BadMessageException("no format here is that of " + caps);
    }
    Modifier modifier =
        parts.group(2) == null
            ? Modifier.LINEAR
            : Modifier.of(Long.parseUnsignedLong(parts.group(2), 16));
    if (!modifier.supports(format.get())) {
      throw new BadMessageException("no picture can be stored as " + caps);
    }
    return new VideoCaps(ImageSpec.of(width, height, format.get()), modifier);
  }

  private static int fourcc(String letters) {
    byte[] bytes = letters.getBytes(StandardCharsets.ISO_8859_1);
    return bytes.length != FOURCC_BYTES
        ? 0
        : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private static int pixels(String caps, String name) throws BadMessageException {
    String number = field(caps, name).orElse("");
    if (!number.matches("[0-9]{1,5}")
        || Integer.parseInt(number) < 1
        || Integer.parseInt(number) > MOST_PIXELS) {
      throw new BadMessageException("a picture has no " + name + " of pixels in " + caps);
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
  BufferSpec spec(NewBuffer buffer) {
    return picture == null ? BlobSpec.of(buffer.memories().get(0).sizeBytes()) : picture;
  }

  /**
   * Where the contents of a buffer of one memory lie in its file.
   *
   * @throws BadMessageException if they do not lie within it, or contradict the caps
   */
  Layout layout(NewBuffer buffer) throws BadMessageException {
    NewBuffer.Memory memory = buffer.memories().get(0);
    long end = memory.offsetBytes() + memory.sizeBytes();
    ImageSpec its = picture;
    try {
      return its == null
          ? new Layout(end, List.of(bytes(memory)))
          : new Layout(end, planes(its, buffer, memory), Optional.of(image(its)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new BadMessageException(
          "a buffer of " + memory.sizeBytes() + " bytes does not fit its caps: " + e.getMessage());
    }
  }

  private static Layout.Plane bytes(NewBuffer.Memory memory) {
    return new Layout.Plane(memory.offsetBytes(), memory.sizeBytes(), memory.sizeBytes(), 1);
  }

  private Layout.Image image(ImageSpec its) {
    return new Layout.Image(its.format(), modifier, its.width(), its.height());
  }

  private List<Layout.Plane> planes(ImageSpec its, NewBuffer buffer, NewBuffer.Memory memory)
      throws BadMessageException {
    List<VideoMeta.Plane> said =
        buffer.videoMeta().map(VideoMeta::planes).orElseGet(() -> usualPlanes(its));
    int count = its.format().planes().size();
    if (said.size() != count) {
      throw new BadMessageException(its + " has " + count + " planes, and its meta " + said.size());
    }
    List<Layout.Plane> planes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      planes.add(plane(its, i, said.get(i), memory.offsetBytes()));
    }
    return planes;
  }

  private Layout.Plane plane(ImageSpec its, int index, VideoMeta.Plane said, long fromBytes) {
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
  private static List<VideoMeta.Plane> usualPlanes(ImageSpec picture) {
    List<PixelFormat.Plane> shapes = picture.format().planes();
    int rows = shapes.stream().mapToInt(PixelFormat.Plane::rowsPerLine).max().orElse(1);
    long height = divideUp(picture.height(), rows) * rows;
    List<VideoMeta.Plane> planes = new ArrayList<>();
    long offset = 0;
    for (PixelFormat.Plane shape : shapes) {
      long lineBytes = divideUp(picture.width(), shape.pixelsPerGroup()) * shape.bytesPerGroup();
      long stride = divideUp(lineBytes, STRIDE_GRAIN) * STRIDE_GRAIN;
      planes.add(new VideoMeta.Plane(offset, (int) stride));
      offset += stride * (height / shape.rowsPerLine());
    }
    return planes;
  }

  private static long divideUp(long value, long by) {
    return (value + by - 1) / by;
  }
}
