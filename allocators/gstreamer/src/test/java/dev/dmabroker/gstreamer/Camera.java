package dev.dmabroker.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A broker of modelled heaps with a stream, whose frames show their number in each byte. */
final class Camera implements AutoCloseable {
  static final int WIDTH = 64;
  static final int HEIGHT = 16;
  static final int BUFFERS = 6;
  static final ImageSpec PICTURE = ImageSpec.of(WIDTH, HEIGHT, PixelFormat.NV12);

  final Broker broker;
  final BufferStream stream;
  private int shot;

  Camera() {
    this(PICTURE, BUFFERS);
  }

  Camera(ImageSpec picture, int maxBuffers) {
    broker =
        Broker.builder()
            .heap(ModelledHeap.builder("modelled-system").build())
            .heap(ModelledHeap.builder("modelled-cma").contiguous(true).build())
            .heuristic(new LeastCost())
            .build();
    Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
    stream =
        broker.stream(
            StreamSpec.builder("frames", picture, camera)
                .minBuffers(maxBuffers) // So that their number tells nothing of leaks.
                .maxBuffers(maxBuffers)
                .stopDeadline(Duration.ofSeconds(5))
                .build());
    stream.start();
  }

  UnixFdServer.Builder server() {
    return UnixFdServer.builder(broker, stream);
  }

  /** Submits the next frame, and returns its number, from 0. */
  int shoot() {
    return shoot(Duration.ofSeconds(20));
  }

  int shoot(Duration timeout) {
    try (EmptyFrame frame = stream.acquire(timeout)) {
      try (CpuView view = frame.mapping().cpuView()) {
        fill(view.bytes(), frame.mapping().layout(), shot);
      }
      frame.submit();
    }
    return shot++;
  }

  private static void fill(ByteBuffer bytes, Layout layout, int shot) {
    for (int plane = 0; plane < layout.planes().size(); plane++) {
      Layout.Plane its = layout.planes().get(plane);
      for (int line = 0; line < its.lines(); line++) {
        int from = (int) (its.offsetBytes() + line * its.strideBytes());
        for (int x = 0; x < its.strideBytes() && from + x < bytes.capacity(); x++) {
          bytes.put(from + x, x < its.lineBytes() ? pixel(shot, plane, line) : (byte) 0xEE);
        }
      }
    }
  }

  /** What a line of a plane of a frame consists of; what lies between lines has another value. */
  static byte pixel(int shot, int plane, int line) {
    return (byte) (16 + (shot * 7 + plane * 3 + line) % 200);
  }

  /** The contents of a frame, planes and lines without gaps, as a raw file has them. */
  static byte[] packed(int shot, int width, int height) {
    ByteBuffer bytes = ByteBuffer.allocate(width * height * 3 / 2);
    for (int plane = 0; plane < 2; plane++) {
      for (int line = 0; line < (plane == 0 ? height : height / 2); line++) {
        for (int x = 0; x < width; x++) {
          bytes.put(pixel(shot, plane, line));
        }
      }
    }
    return bytes.array();
  }

  /** Attaches a device that needs contiguous memory, to which all buffers move. */
  StreamConsumer lateDisplay() {
    Device display = broker.register("display", Constraints.builder().contiguous().build());
    return stream.consumer(display, Policy.LATEST);
  }

  @Override
  public void close() {
    stream.close();
    broker.close();
  }
}
