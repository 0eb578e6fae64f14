package dev.dmabroker.gstreamer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One device that reads the frames of a pipeline, made by {@link PipelineFrames#consumer} or {@link
 * UnixFdClient#consumer}. Thread-safe; if several threads take, each frame goes to one of them.
 */
public final class PipelineConsumer implements AutoCloseable {
  private final PipelineFrames frames;
  private final Device device;
  private final StreamConsumer.Policy policy;
  private final Queue<SharedFrame> queue = new ArrayDeque<>();
  private boolean closed;

  PipelineConsumer(PipelineFrames frames, Device device, StreamConsumer.Policy policy) {
    this.frames = frames;
    this.device = device;
    this.policy = policy;
  }

  /** {@return the device that reads the frames} */
  public Device device() {
    return device;
  }

  /**
   * {@return what happens to frames while the consumer is slow} With {@link
   * StreamConsumer.Policy#EVERY_FRAME} the pipeline waits at its sink.
   */
  public StreamConsumer.Policy policy() {
    return policy;
  }

  /**
   * Takes the next frame, mapped with {@link Access#READ}. Blocks for at most {@code timeout}.
   *
   * @param timeout how long to wait at most; not negative
   * @return the frame, which the caller closes; empty if none came in time, or none will come, as
   *     {@link #isEnded} tells
   * @throws BrokerException if the device cannot be given the memory, which stays where it is; the
   *     frame is released then. A memfd suits devices that are {@code cpuOnly} alone.
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Optional<PipelineFrame> take(Duration timeout) throws InterruptedException {
    SharedFrame next = await(timeout.toNanos());
    if (next == null) {
      return Optional.empty();
    }
    frames.taken();
    try {
      Mapping mapping = next.memory().attachment(device).map(Access.READ);
      return Optional.of(new PipelineFrame(next, mapping));
    } catch (RuntimeException | Error e) {
      next.done();
      throw e;
    }
  }

  /**
   * {@return whether no frame will come but those that wait: the pipeline or what takes its frames
   * has ended}
   */
  public boolean isEnded() {
    return frames.isEnded();
  }

  private synchronized @Nullable SharedFrame await(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (queue.isEmpty() && !closed && !frames.isEnded()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      wait(left / 1_000_000 + 1);
    }
    return queue.poll();
  }

  /** Whether it wants every frame, and has as many as may wait for it. */
  synchronized boolean isFull(int most) {
    return !closed && policy == StreamConsumer.Policy.EVERY_FRAME && queue.size() >= most;
  }

  /** Gives it a frame. */
  void offer(SharedFrame frame) {
    List<SharedFrame> missed = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      if (policy == StreamConsumer.Policy.LATEST) {
        missed.addAll(queue);
        queue.clear();
      }
      queue.add(frame.share());
      notifyAll();
    }
    missed.forEach(SharedFrame::done);
  }

  /** Wakes those that wait, as no frame will come. */
  synchronized void end() {
    notifyAll();
  }

  /**
   * Gives back the frames that wait to be taken. Frames that were taken stay valid until they are
   * closed. Does not block; a second call does nothing.
   */
  @Override
  public void close() {
    List<SharedFrame> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(queue);
      queue.clear();
      notifyAll();
    }
    left.forEach(SharedFrame::done);
    frames.remove(this);
  }
}
