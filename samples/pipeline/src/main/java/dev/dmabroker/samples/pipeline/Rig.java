package dev.dmabroker.samples.pipeline;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSize;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;

/**
 * The devices of a run, real or modelled. Each is made when it is needed, and closed by its user.
 */
interface Rig {
  /** {@code real} or {@code modelled}. */
  String kind();

  /** For a person to read. */
  String description();

  /** The size of all pictures. */
  ImageSize size();

  /** What the camera delivers. */
  default ImageSpec captured() {
    return ImageSpec.of(size().width(), size().height(), PixelFormat.RGB565);
  }

  /** What the converter makes of it. */
  default ImageSpec converted() {
    return ImageSpec.of(size().width(), size().height(), PixelFormat.YUYV);
  }

  /** The most bytes that a coded frame takes. */
  int codedBytes();

  /** What memory each kind of device reaches, said before one is opened. */
  Constraints reach(Kind kind);

  /** How a device is registered that reads frames. */
  default DeviceSpec reads(String name, Kind kind) {
    return DeviceSpec.builder(name).constraints(reach(kind)).access(Access.READ).build();
  }

  /** How a device is registered that fills frames. */
  default DeviceSpec fills(String name, Kind kind) {
    return DeviceSpec.builder(name).constraints(reach(kind)).access(Access.READ_WRITE).build();
  }

  /** How the CPU is registered. */
  static DeviceSpec cpu(String name, Access access) {
    return DeviceSpec.builder(name)
        .constraints(Constraints.builder().cpuOnly().build())
        .access(access)
        .build();
  }

  /** Kinds of devices. */
  enum Kind {
    CAMERA,
    TRANSFORM,
    DISPLAY
  }

  /** Opens the camera. */
  Device<Filler> camera();

  /** Opens the converter. */
  Transform converter();

  /** Opens the encoder; each time it begins a stream that stands by itself. */
  Transform encoder();

  /** Opens the decoder. */
  Transform decoder();

  /** Opens the display. */
  Device<Reader> display();

  /**
   * Something that is closed when it is not used any more.
   *
   * @param device what it does
   * @param closing stops it and closes it
   */
  record Device<D>(D device, Runnable closing) implements AutoCloseable {
    @Override
    public void close() {
      closing.run();
    }
  }
}
