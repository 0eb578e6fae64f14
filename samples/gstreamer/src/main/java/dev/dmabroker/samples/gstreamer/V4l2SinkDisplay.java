package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Probe;
import dev.dmabroker.samples.gstreamer.inprocess.FrameRate;
import dev.dmabroker.samples.gstreamer.inprocess.StreamSource;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A display behind GStreamer's {@code v4l2sink}: the output of the kernel's test driver vivid that
 * takes contiguous memory only, and gives what it shows to its own camera. The driver is asked what
 * memory it takes, by a probe.
 */
final class V4l2SinkDisplay implements Display {
  private static final String DRIVER = "platform:vivid-001";

  /** The numbers of vivid's HDMI connectors. */
  private static final int HDMI_INPUT = 3;

  private static final int HDMI_OUTPUT = 1;
  private static final int NO_TEXT = 2;
  private static final int PICTURES_A_SECOND = 60;
  private static final int HELD = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Broker broker;
  private final FrameRate rate;
  private final Path node;
  private final Path camera;
  private final Loopback seen;
  private final RunningPipeline pipeline;
  private @Nullable StreamConsumer consumer;
  private @Nullable StreamSource source;

  private V4l2SinkDisplay(Broker broker, FrameRate rate, Path node, Path camera, Picture picture) {
    this.broker = broker;
    this.rate = rate;
    this.node = node;
    this.camera = camera;
    this.seen = new Loopback(camera, picture);
    this.pipeline =
        new RunningPipeline(
            "appsrc name=shown format=time ! v4l2sink sync=false io-mode=dmabuf-import device="
                + node);
  }

  /**
   * Has the driver's connectors show pictures of that size.
   *
   * @throws MissingDeviceException if this machine does not have the driver
   */
  static V4l2SinkDisplay open(Broker broker, Picture picture, FrameRate rate) throws IOException {
    try (V4l2Device output = find(V4l2Direction.OUTPUT);
        V4l2Device camera = find(V4l2Direction.CAPTURE)) {
      camera.signal().setInput(HDMI_INPUT);
      output.signal().setOutput(HDMI_OUTPUT);
      camera.controls().set("Loop Video", 1);
      camera.controls().set("OSD Text Mode", NO_TEXT);
      for (V4l2Device each : List.of(camera, output)) {
        each.signal().setDvTimings(picture.width(), picture.height(), PICTURES_A_SECOND);
      }
      output.setFormat(V4l2Direction.OUTPUT, picture.spec());
      return new V4l2SinkDisplay(broker, rate, output.node(), camera.node(), picture);
    }
  }

  private static V4l2Device find(V4l2Direction direction) throws IOException {
    return V4l2Device.find(direction, each -> each.busInfo().equals(DRIVER))
        .orElseThrow(() -> new MissingDeviceException("v4l2sink needs " + DRIVER));
  }

  @Override
  public String needs() {
    return "what " + node + " takes";
  }

  @Override
  public boolean keepsTheLast() {
    return true;
  }

  /**
   * In GStreamer 1.22.0 a pool of a V4L2 element refers to the element and is never freed, as
   * {@code GST_TRACERS=leaks gst-launch-1.0 v4l2src num-buffers=5 ! fakesink} shows, too. Each
   * keeps a descriptor: one of the output, and one or two of the camera.
   */
  @Override
  public List<String> leavesBehind() {
    return List.of(node.toString(), camera.toString(), camera.toString());
  }

  @Override
  public void attach(BufferStream stream) {
    Device device =
        broker.register(
            DeviceSpec.builder("v4l2sink")
                .access(Access.READ)
                .constraints(Constraints.builder().camping(HELD).build())
                .probe(V4l2Probe.of(node, V4l2Direction.OUTPUT))
                .build());
    consumer = stream.consumer(device, StreamConsumer.Policy.LATEST);
    source = StreamSource.start(consumer, pipeline.source("shown"), rate, HELD);
  }

  @Override
  public Shown end() throws InterruptedException {
    if (source != null) {
      source.ended().join();
      pipeline.awaitEnd(PATIENCE);
    }
    return seen.end();
  }

  @Override
  public void close() {
    if (source != null) {
      source.close();
    }
    pipeline.close();
    if (consumer != null) {
      consumer.close();
    }
    seen.close();
  }
}
