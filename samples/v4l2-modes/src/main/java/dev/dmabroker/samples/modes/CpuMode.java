package dev.dmabroker.samples.modes;

import dev.dmabroker.devices.V4l2Buffer;
import dev.dmabroker.devices.V4l2CpuQueue;
import java.time.Duration;
import java.util.Optional;

/** A camera and vivid's output, both with memory that is no dma-buf. */
abstract class CpuMode implements Mode {
  private final V4l2CpuQueue in;
  private final V4l2CpuQueue out;
  private boolean showing;

  CpuMode(V4l2CpuQueue in, V4l2CpuQueue out) {
    this.in = in;
    this.out = out;
  }

  /** The camera's buffers. */
  final V4l2CpuQueue in() {
    return in;
  }

  /** The display's buffers. */
  final V4l2CpuQueue out() {
    return out;
  }

  @Override
  public final String display() {
    return "vivid output";
  }

  @Override
  public final void give(int number) {
    in.queue(number);
  }

  @Override
  public final void start() {
    in.start();
  }

  @Override
  public final Optional<Captured> capture(Duration timeout) {
    return in.dequeue(timeout).map(buffer -> new Captured(buffer.index(), buffer));
  }

  /** Gives the display one of its buffers, and starts it with the first. */
  final void showBuffer(int index) {
    out.queue(index);
    if (!showing) {
      showing = true;
      out.start();
    }
  }

  /** Waits for a buffer that the display is done with; empty if it has none. */
  final Optional<Integer> shownBuffer(Duration timeout) {
    return out.queuedCount() == 0 ? Optional.empty() : out.dequeue(timeout).map(V4l2Buffer::index);
  }

  @Override
  public void close() {
    in.close();
    out.close();
  }
}
