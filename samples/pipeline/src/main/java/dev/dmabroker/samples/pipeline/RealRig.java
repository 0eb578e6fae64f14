package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.devices.DeviceException;
import dev.dmabroker.devices.FrameInterval;
import dev.dmabroker.devices.V4l2Codec;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Format;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The kernel's test drivers: vivid's first device as the camera, vim2m as the converter, vicodec as
 * encoder and decoder, and the output of vivid's second device as the display, which with {@code
 * vivid.allocators=0,1} takes physically contiguous memory only.
 */
final class RealRig implements Rig {
  private static final String CAMERA = "platform:vivid-000";
  private static final String DISPLAY = "platform:vivid-001";
  private static final String CONVERTER = "platform:vim2m";
  private static final String CODEC = "platform:vicodec";

  /** The largest that vim2m knows; vicodec knows none smaller than 640x360. */
  private static final ImageSize SIZE = ImageSize.of(640, 480);

  private static final int WEBCAM_INPUT = 0;
  private static final int HDMI_OUTPUT = 1;
  private static final double DISPLAY_RATE = 59.94;
  private static final FrameInterval INTERVAL = new FrameInterval(1, 10);
  private static final int BUFFERS = 3;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** What vivid calls its fastest movement to the right, so that no two frames are alike. */
  private static final int MOVE_RIGHT_FAST = 6;

  private final int codedBytes;

  private RealRig() {
    try (V4l2Device encoder = codec(V4l2Direction.CAPTURE);
        V4l2Device decoder = codec(V4l2Direction.OUTPUT)) {
      codedBytes =
          Math.max(
              encoder.format(V4l2Direction.CAPTURE).sizeBytes(),
              decoder.format(V4l2Direction.OUTPUT).sizeBytes());
    }
  }

  /** Empty if a device is missing, or is not for this user to open. */
  static Optional<Rig> open() {
    try {
      for (String bus : new String[] {CAMERA, DISPLAY, CONVERTER, CODEC}) {
        V4l2Direction direction = bus.equals(CAMERA) ? V4l2Direction.CAPTURE : V4l2Direction.OUTPUT;
        try (V4l2Device found = find(direction, bus).orElse(null)) {
          if (found == null) {
            return Optional.empty();
          }
        }
      }
      return Optional.of(new RealRig());
    } catch (DeviceException e) {
      return Optional.empty();
    }
  }

  private static Optional<V4l2Device> find(V4l2Direction direction, String bus) {
    return V4l2Device.find(direction, is -> is.busInfo().equals(bus));
  }

  /** The node of vicodec that has coded frames on that side: each of its nodes has a role. */
  private static V4l2Device codec(V4l2Direction codedSide) {
    for (Path path : V4l2Device.nodes()) {
      V4l2Device device = V4l2Device.open(path);
      if (device.capabilities().busInfo().equals(CODEC)
          && codedFormat(device, codedSide).pixelFormat() == V4l2Codec.FWHT) {
        return device;
      }
      device.close();
    }
    throw new IllegalStateException("vicodec has no node with FWHT as its " + codedSide);
  }

  @Override
  public String kind() {
    return "real";
  }

  @Override
  public String description() {
    return "vivid-000 (camera), vim2m (converter), vicodec (encoder), the output of vivid-001"
        + " (display, contiguous dma-bufs only)";
  }

  @Override
  public ImageSize size() {
    return SIZE;
  }

  @Override
  public int codedBytes() {
    return codedBytes;
  }

  @Override
  public Constraints reach(Kind kind) {
    // All map what they import into the kernel, which udmabuf of 6.1 does not offer.
    ConstraintsBuilder constraints = Constraints.builder().cpuReach().forbiddenHeaps("udmabuf");
    return kind == Kind.DISPLAY
        ? constraints.contiguous().addressBits(32).build()
        : constraints.build();
  }

  @Override
  public Device<Filler> camera() {
    return opened(
        find(V4l2Direction.CAPTURE, CAMERA).orElseThrow(),
        device -> {
          device.signal().setInput(WEBCAM_INPUT);
          device.requireFormat(V4l2Direction.CAPTURE, captured());
          device.signal().setFrameInterval(V4l2Direction.CAPTURE, INTERVAL);
          device.controls().set("Horizontal Movement", MOVE_RIGHT_FAST);
          return new Device<>(
              new V4l2Sides.Camera(device.queue(V4l2Direction.CAPTURE, BUFFERS, EmptyFrame::index)),
              device::close);
        });
  }

  @Override
  public Transform converter() {
    return opened(
        find(V4l2Direction.OUTPUT, CONVERTER).orElseThrow(),
        device -> {
          device.requireFormat(V4l2Direction.OUTPUT, captured());
          device.controls().set("Transaction Time (msec)", 1);
          return new V4l2Transform(
              device,
              BUFFERS,
              () -> device.requireFormat(V4l2Direction.CAPTURE, converted()),
              finished -> {}); // It keeps nothing back.
        });
  }

  @Override
  public Transform encoder() {
    return opened(
        codec(V4l2Direction.CAPTURE),
        device -> {
          device.requireFormat(V4l2Direction.OUTPUT, converted());
          return new V4l2Transform(device, BUFFERS, () -> {}, V4l2Codec::drainEncoder);
        });
  }

  @Override
  public Transform decoder() {
    return opened(
        codec(V4l2Direction.OUTPUT),
        device -> {
          device.codec().watchSourceChange();
          return new V4l2Transform(
              device, BUFFERS, () -> awaitSize(device), V4l2Codec::drainDecoder);
        });
  }

  private void awaitSize(V4l2Device decoder) {
    if (!decoder.codec().awaitSourceChange(LONGEST)) {
      throw new IllegalStateException("the decoder finds no frame in the stream");
    }
    decoder.requireFormat(V4l2Direction.CAPTURE, converted());
  }

  private static V4l2Format codedFormat(V4l2Device codec, V4l2Direction direction) {
    return codec.setFormat(direction, SIZE.width(), SIZE.height(), V4l2Codec.FWHT, 0);
  }

  @Override
  public Device<Reader> display() {
    return opened(
        find(V4l2Direction.OUTPUT, DISPLAY).orElseThrow(),
        device -> {
          device.signal().setOutput(HDMI_OUTPUT);
          device.signal().setDvTimings(SIZE.width(), SIZE.height(), DISPLAY_RATE);
          device.requireFormat(V4l2Direction.OUTPUT, converted());
          return new Device<>(
              new V4l2Sides.Sources(device.queue(V4l2Direction.OUTPUT, BUFFERS, Frame::index)),
              device::close);
        });
  }

  /** Sets an open device up; closes it if that fails. */
  private static <T> T opened(V4l2Device device, Function<V4l2Device, T> setUp) {
    try {
      return setUp.apply(device);
    } catch (Throwable t) {
      device.close();
      throw t;
    }
  }
}
