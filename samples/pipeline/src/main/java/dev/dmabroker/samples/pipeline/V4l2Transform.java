package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.devices.V4l2Codec;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A memory-to-memory device of V4L2, opened for this use alone. */
final class V4l2Transform implements Transform {
  private final V4l2Device device;
  private final V4l2Sides.Sources source;
  private final Supplier<V4l2Sides.Results> makeResult;
  private final Consumer<V4l2Codec> drain;
  private V4l2Sides.@Nullable Results result;

  /**
   * Takes the device over, whose source format is set.
   *
   * @param setUpResult sets the result's format; called once sources are streaming
   */
  V4l2Transform(V4l2Device device, int buffers, Runnable setUpResult, Consumer<V4l2Codec> drain) {
    this.device = device;
    this.drain = drain;
    try {
      this.source =
          new V4l2Sides.Sources(device.queue(V4l2Direction.OUTPUT, buffers, Frame::index));
    } catch (Throwable t) {
      device.close();
      throw t;
    }
    this.makeResult =
        () -> {
          setUpResult.run();
          return new V4l2Sides.Results(
              device.queue(V4l2Direction.CAPTURE, buffers, EmptyFrame::index));
        };
  }

  @Override
  public Reader source() {
    return source;
  }

  @Override
  public Filler result() {
    if (result == null) {
      result = makeResult.get();
    }
    return result;
  }

  @Override
  public void drain() {
    drain.accept(device.codec());
  }

  @Override
  public void close() {
    device.close();
  }

  @Override
  public String toString() {
    return device.capabilities().driver() + " (" + device.node() + ")";
  }
}
