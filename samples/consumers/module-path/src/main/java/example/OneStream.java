package example;

import com.sun.jna.Platform;
import com.sun.jna.platform.linux.LibC;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;

/** A stream of ten frames from a camera to a viewer. */
public final class OneStream {
  private OneStream() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (Broker broker =
        Broker.builder().discoverHeaps().heap(ModelledHeap.builder("mine").build()).build()) {
      Constraints mine = Constraints.builder().permittedHeaps("mine").cpuReach().build();
      Device camera = broker.register("camera", mine);
      Device viewer = broker.register("viewer", mine);
      ImageSpec picture = ImageSpec.of(640, 480, PixelFormat.NV12);
      System.out.println(broker.plan(picture, List.of(camera, viewer)));
      try (BufferStream video =
          broker.stream(StreamSpec.builder("video", picture, camera).maxBuffers(4).build())) {
        StreamConsumer consumer = video.consumer(viewer, StreamConsumer.Policy.EVERY_FRAME);
        video.start();
        for (int at = 0; at < 10; at++) {
          submit(video, at);
          take(consumer, at);
        }
        System.out.println(
            video
                + ": "
                + video.snapshot().submitted()
                + " frames, depth "
                + video.snapshot().depth());
      }
    }
    LibC.Sysinfo machine = new LibC.Sysinfo();
    System.out.printf(
        "%s, JNA of %s, which another library uses, too: %d%n",
        OneStream.class.getModule(), Platform.class.getModule(), LibC.INSTANCE.sysinfo(machine));
  }

  private static void submit(BufferStream video, int number) {
    try (EmptyFrame next = video.acquire()) {
      try (CpuView pixels = next.mapping().cpuView()) {
        pixels.bytes().putInt(0, number);
      }
      next.submit();
    }
  }

  private static void take(StreamConsumer consumer, int number) {
    try (Frame frame = consumer.take();
        CpuView pixels = frame.mapping().cpuView()) {
      if (pixels.bytes().getInt(0) != number) {
        throw new AssertionError("frame " + number + " is not what was submitted");
      }
    }
  }
}
