package dev.dmabroker.samples.modes;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.devices.KmsDisplay;
import dev.dmabroker.devices.V4l2Device;
import dev.dmabroker.devices.V4l2Direction;
import dev.dmabroker.devices.V4l2Queue;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Both drivers import the broker's dma-bufs. */
final class BrokerMode implements Mode {
  private final V4l2Queue<Integer> in;
  private final Screen screen;
  private final List<Attachment> toFill = new ArrayList<>();
  private final List<Attachment> toShow = new ArrayList<>();

  /** What shows frames; closing takes them back. */
  private interface Screen extends AutoCloseable {
    String name();

    void show(int number, Attachment buffer);

    Optional<Integer> shown(Duration timeout);

    @Override
    void close();
  }

  private BrokerMode(
      Broker broker, V4l2Device camera, Screen screen, ImageSpec image, int buffers) {
    this.screen = screen;
    this.in = camera.queue(V4l2Direction.CAPTURE, buffers);
    // Both map what they import into the kernel, which udmabuf of 6.1 does not offer.
    Constraints mappable =
        Constraints.builder().minSize(in.format().sizeBytes()).forbiddenHeaps("udmabuf").build();
    Device fills = broker.register("camera of " + screen.name(), mappable);
    Device shows = broker.register(screen.name(), mappable);
    for (SharedBuffer buffer : broker.exportSet("frame", image, in.count())) {
      toFill.add(buffer.attach(fills));
      toShow.add(buffer.attach(shows));
    }
  }

  /** Shows on the output of vivid. */
  static BrokerMode v4l2(
      Broker broker, V4l2Device camera, V4l2Device display, ImageSpec image, int buffers) {
    return new BrokerMode(broker, camera, new V4l2Screen(display, buffers), image, buffers);
  }

  /** Shows on a screen of DRM/KMS. */
  static BrokerMode kms(
      Broker broker, V4l2Device camera, KmsDisplay<Integer> display, ImageSpec image, int buffers) {
    return new BrokerMode(broker, camera, new KmsScreen(display), image, buffers);
  }

  @Override
  public String name() {
    return "DMABUF";
  }

  @Override
  public String display() {
    return screen.name();
  }

  @Override
  public int copies() {
    return 0;
  }

  @Override
  public int buffers() {
    return toFill.size();
  }

  @Override
  public void give(int number) {
    in.queue(number, toFill.get(number));
  }

  @Override
  public void start() {
    in.start();
  }

  @Override
  public Optional<Captured> capture(Duration timeout) {
    return in.dequeue(timeout).map(done -> new Captured(done.frame(), done.buffer()));
  }

  @Override
  public void show(int number) {
    screen.show(number, toShow.get(number));
  }

  @Override
  public Optional<Integer> shown(Duration timeout) {
    return screen.shown(timeout);
  }

  @Override
  public void close() {
    in.close();
    screen.close();
    toFill.forEach(each -> each.buffer().close());
    toFill.forEach(Attachment::close);
    toShow.forEach(Attachment::close);
  }

  private static final class V4l2Screen implements Screen {
    private final V4l2Queue<Integer> queue;
    private boolean showing;

    V4l2Screen(V4l2Device device, int buffers) {
      this.queue = device.queue(V4l2Direction.OUTPUT, buffers);
    }

    @Override
    public String name() {
      return "vivid output";
    }

    @Override
    public void show(int number, Attachment buffer) {
      queue.queue(number, buffer);
      if (!showing) {
        showing = true;
        queue.start();
      }
    }

    @Override
    public Optional<Integer> shown(Duration timeout) {
      return queue.queuedCount() == 0
          ? Optional.empty()
          : queue.dequeue(timeout).map(V4l2Queue.Done::frame);
    }

    @Override
    public void close() {
      queue.close();
    }
  }

  private record KmsScreen(KmsDisplay<Integer> display) implements Screen {
    @Override
    public String name() {
      return "vkms";
    }

    @Override
    public void show(int number, Attachment buffer) {
      display.show(number, buffer);
    }

    @Override
    public Optional<Integer> shown(Duration timeout) {
      return display.shown(timeout);
    }

    @Override
    public void close() {
      display.stop();
    }
  }
}
