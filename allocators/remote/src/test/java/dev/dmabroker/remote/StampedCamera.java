package dev.dmabroker.remote;

import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A camera of this JVM that fills the frames of a remote stream as fast as its consumers give them
 * back. Each frame begins with its number and the CRC-32 of all that follows, so that a program in
 * any language can check it.
 */
final class StampedCamera implements AutoCloseable {
  private static final int STAMP_BYTES = 16;

  private final BufferStream stream;
  private final String name;
  private Thread thread;
  private volatile long spoiled = -1;
  private volatile @Nullable Throwable failure;

  StampedCamera(RemoteBroker broker, String name, BufferSpec spec) {
    Device device = broker.register(name, Constraints.builder().cpuOnly().build());
    stream = broker.stream(StreamSpec.of(name, spec, device));
    broker.publish(name, stream);
    this.name = name;
    thread = new Thread(this::run, name);
  }

  BufferStream stream() {
    return stream;
  }

  /** Changes a byte of that frame after it was stamped. */
  void spoil(long number) {
    spoiled = number;
  }

  void start() {
    stream.start();
    thread.start();
  }

  /** Stops the stream and starts it again. */
  void stopAndStart() throws Exception {
    stream.stop();
    thread.join();
    thread = new Thread(this::run, name);
    start();
  }

  private void run() {
    try {
      for (long number = 0; ; number++) {
        fill(stream.acquire(), number);
      }
    } catch (ClosedException | StreamStoppedException ended) {
      // The camera has nothing to fill any more.
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void fill(EmptyFrame frame, long number) {
    try (frame) {
      try (CpuView view = frame.mapping().cpuView()) {
        int length = Math.toIntExact(frame.mapping().layout().sizeBytes());
        ByteBuffer bytes = view.bytes(0, length).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = STAMP_BYTES; at < length; at++) {
          bytes.put(at, (byte) (at * 7L + number));
        }
        CRC32 sum = new CRC32();
        sum.update(bytes.slice(STAMP_BYTES, length - STAMP_BYTES));
        bytes.putLong(0, number).putLong(8, sum.getValue());
        if (number == spoiled) {
          bytes.put(length - 1, (byte) ~bytes.get(length - 1));
        }
      }
      frame.submit();
    }
  }

  /** Ends the stream, and throws what the camera failed of. */
  @Override
  public void close() throws Exception {
    stream.close();
    thread.join();
    if (failure != null) {
      throw new AssertionError("the camera failed", failure);
    }
  }
}
