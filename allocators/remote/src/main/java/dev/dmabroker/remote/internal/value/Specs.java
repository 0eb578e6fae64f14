package dev.dmabroker.remote.internal.value;

import dev.dmabroker.remote.internal.wire.Blob;
import dev.dmabroker.remote.internal.wire.Picture;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.CompressedFormat;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes and reads what buffers are: specifications, layouts and accesses. */
public final class Specs {
  private Specs() {}

  /** Writes an access. */
  public static dev.dmabroker.remote.internal.wire.Access write(Access access) {
    return switch (access) {
      case READ -> dev.dmabroker.remote.internal.wire.Access.READ;
      case WRITE -> dev.dmabroker.remote.internal.wire.Access.WRITE;
      case READ_WRITE -> dev.dmabroker.remote.internal.wire.Access.READ_WRITE;
      case OVERWRITE -> dev.dmabroker.remote.internal.wire.Access.OVERWRITE;
    };
  }

  /**
   * Reads an access.
   *
   * @throws BadMessageException if it is missing or unknown
   */
  public static Access read(dev.dmabroker.remote.internal.wire.Access access)
      throws BadMessageException {
    return switch (access) {
      case READ -> Access.READ;
      case WRITE -> Access.WRITE;
      case READ_WRITE -> Access.READ_WRITE;
      case OVERWRITE -> Access.OVERWRITE;
      case ACCESS_UNSPECIFIED, UNRECOGNIZED ->
          throw new BadMessageException(
              "an access is missing; it is READ, WRITE, READ_WRITE or OVERWRITE");
    };
  }

  /** Writes a specification. */
  public static dev.dmabroker.remote.internal.wire.BufferSpec write(BufferSpec spec) {
    dev.dmabroker.remote.internal.wire.BufferSpec.Builder message =
        dev.dmabroker.remote.internal.wire.BufferSpec.newBuilder();
    if (spec instanceof ImageSpec image) {
      Picture.Builder picture =
          Picture.newBuilder().setWidth(image.width()).setHeight(image.height());
      image.formats().forEach(format -> picture.addFormats(format.name()));
      image.colorSpace().ifPresent(space -> picture.setColorSpace(space.name()));
      return message.setPicture(picture).build();
    }
    BlobSpec blob = (BlobSpec) spec;
    return message
        .setBlob(
            Blob.newBuilder()
                .setSizeBytes(blob.sizeBytes())
                .setFormat(blob.format().map(CompressedFormat::name).orElse("")))
        .build();
  }

  /**
   * Reads a specification.
   *
   * @throws BadMessageException if a value is missing, unknown or out of bounds
   */
  public static BufferSpec read(dev.dmabroker.remote.internal.wire.BufferSpec message)
      throws BadMessageException {
    try {
      return switch (message.getKindCase()) {
        case PICTURE -> picture(message.getPicture());
        case BLOB ->
            new BlobSpec(
                message.getBlob().getSizeBytes(),
                named(CompressedFormat.class, message.getBlob().getFormat()));
        case KIND_NOT_SET ->
            throw new BadMessageException("a buffer is a picture or a blob, and this is neither");
      };
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  private static ImageSpec picture(Picture picture) throws BadMessageException {
    return new ImageSpec(
        picture.getWidth(),
        picture.getHeight(),
        Names.values(PixelFormat.class, picture.getFormatsList()),
        named(ColorSpace.class, picture.getColorSpace()));
  }

  /** Writes a layout. */
  public static dev.dmabroker.remote.internal.wire.Layout write(Layout layout) {
    var message = dev.dmabroker.remote.internal.wire.Layout.newBuilder();
    message.setSizeBytes(layout.sizeBytes());
    for (Layout.Plane plane : layout.planes()) {
      message.addPlanes(
          dev.dmabroker.remote.internal.wire.Layout.Plane.newBuilder()
              .setOffsetBytes(plane.offsetBytes())
              .setStrideBytes(plane.strideBytes())
              .setLineBytes(plane.lineBytes())
              .setLines(plane.lines())
              .setTileLines(plane.tileLines()));
    }
    layout
        .image()
        .ifPresent(
            image ->
                message.setImage(
                    dev.dmabroker.remote.internal.wire.Layout.Image.newBuilder()
                        .setFormat(image.format().name())
                        .setModifier(image.modifier().code())
                        .setCodedWidth(image.codedWidth())
                        .setCodedHeight(image.codedHeight())
                        .setColorSpace(image.colorSpace().map(ColorSpace::name).orElse(""))));
    return message.build();
  }

  /**
   * Reads a layout.
   *
   * @throws BadMessageException if a value is unknown, or the numbers contradict one another
   */
  public static Layout read(dev.dmabroker.remote.internal.wire.Layout message)
      throws BadMessageException {
    try {
      List<Layout.Plane> planes = new ArrayList<>();
      for (var plane : message.getPlanesList()) {
        planes.add(
            new Layout.Plane(
                plane.getOffsetBytes(),
                plane.getStrideBytes(),
                plane.getLineBytes(),
                plane.getLines(),
                plane.getTileLines()));
      }
      return new Layout(
          message.getSizeBytes(),
          planes,
          message.hasImage() ? Optional.of(image(message.getImage())) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  private static Layout.Image image(dev.dmabroker.remote.internal.wire.Layout.Image image)
      throws BadMessageException {
    return new Layout.Image(
        Names.value(PixelFormat.class, image.getFormat()),
        Modifier.of(image.getModifier()),
        image.getCodedWidth(),
        image.getCodedHeight(),
        named(ColorSpace.class, image.getColorSpace()));
  }

  private static <E extends Enum<E>> Optional<E> named(Class<E> type, String name)
      throws BadMessageException {
    return name.isEmpty() ? Optional.empty() : Optional.of(Names.value(type, name));
  }

  static BadMessageException refused(RuntimeException e) {
    return new BadMessageException(String.valueOf(e.getMessage()), e);
  }
}
