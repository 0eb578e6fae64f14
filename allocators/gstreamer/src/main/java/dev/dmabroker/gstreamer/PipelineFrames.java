package dev.dmabroker.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes the buffers that come out of a pipeline into a broker, without a copy, and hands them to
 * consumers: {@link UnixFdClient} does so with those of a {@code unixfdsink}, and a program with a
 * GStreamer of its own, of whatever binding, with those of an {@code appsink}.
 *
 * <p>Each memory is adopted once as a buffer of the broker, and stays where it is; it is known by
 * its file when it comes again. A buffer is released to the pipeline when the last consumer has
 * closed its frame. Nothing is believed of a buffer: it has to lie within its file, which is a
 * dma-buf, or a memfd that is sealed against being cut short.
 *
 * <p>The thread that pulls from the pipeline {@linkplain #awaitRoom waits for room}, pulls,
 * {@linkplain #offer offers} what it has pulled, and says the {@link #end}.
 *
 * <p>One thread at a time offers buffers. All else is thread-safe.
 */
public final class PipelineFrames implements AutoCloseable {
  /** How many frames wait for a consumer that wants every one, before the pipeline waits. */
  private static final int MOST_WAITING = 8;

  private final AdoptedBuffers buffers;
  private final List<PipelineConsumer> consumers = new CopyOnWriteArrayList<>();
  private final Object room = new Object();
  private volatile boolean ended;

  /** What the last caps meant; of the thread that offers. */
  private VideoCaps video = VideoCaps.NONE;

  private PipelineFrames(Broker broker) {
    buffers = new AdoptedBuffers(broker);
  }

  /**
   * Takes in buffers for a broker, none yet.
   *
   * @param broker adopts the memory; it stays the application's, and is closed afterwards
   * @return what takes buffers in
   */
  public static PipelineFrames of(Broker broker) {
    return new PipelineFrames(Objects.requireNonNull(broker, "broker"));
  }

  /**
   * Attaches a consumer, which gets the frames that are offered from now on.
   *
   * @param device of the broker; for memfds it has to be {@code cpuOnly}
   * @param policy what happens to frames while the consumer is slow
   * @return the consumer
   */
  public PipelineConsumer consumer(Device device, StreamConsumer.Policy policy) {
    PipelineConsumer consumer =
        new PipelineConsumer(
            this,
            Objects.requireNonNull(device, "device"),
            Objects.requireNonNull(policy, "policy"));
    consumers.add(consumer);
    return consumer;
  }

  /**
   * Waits until each consumer that wants every frame has room for one. A pipeline waits for a slow
   * consumer if nothing is pulled from it before. Blocks for at most {@code timeout}.
   *
   * @param timeout how long to wait at most; not negative
   * @return whether a buffer may be offered; false if there was no room in time, or after the
   *     {@link #end}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public boolean awaitRoom(Duration timeout) throws InterruptedException {
    long nanos = timeout.toNanos();
    long from = System.nanoTime();
    synchronized (room) {
      while (!ended && isFull()) {
        long left = nanos - (System.nanoTime() - from);
        if (left <= 0) {
          return false;
        }
        room.wait(left / 1_000_000 + 1);
      }
    }
    return !ended;
  }

  private boolean isFull() {
    return consumers.stream().anyMatch(each -> each.isFull(MOST_WAITING));
  }

  /**
   * Gives a buffer to all consumers. If there is none, it is released at once. Does not wait for
   * consumers.
   *
   * @param buffer what the pipeline gave
   * @param release gives the buffer back to the pipeline: runs once, also if this throws, on
   *     whatever thread closes the last frame; it must not throw
   * @throws BufferRefusedException if the memory cannot be adopted
   */
  public void offer(PipelineBuffer buffer, Runnable release) {
    if (ended || consumers.isEmpty()) {
      release.run();
      return;
    }
    SharedFrame frame = adopt(buffer, release);
    consumers.forEach(each -> each.offer(frame));
    frame.done();
  }

  private SharedFrame adopt(PipelineBuffer buffer, Runnable release) {
    try {
      if (!video.text().equals(buffer.caps())) {
        video = VideoCaps.of(buffer.caps());
      }
      AdoptedBuffers.Adopted memory =
          buffers.use(buffer.fd(), video.spec(buffer), video.layout(buffer));
      return new SharedFrame(
          buffer,
          memory,
          () -> {
            buffers.done(memory);
            release.run();
          });
    } catch (RuntimeException | Error e) {
      release.run();
      throw e;
    }
  }

  /** {@return whether no frame will come, as the {@link #end} was said or this was closed} */
  public boolean isEnded() {
    return ended;
  }

  /**
   * Says that no buffer follows. Consumers still get the frames that wait for them. Does not block;
   * a second call does nothing.
   */
  public void end() {
    ended = true;
    taken();
    consumers.forEach(PipelineConsumer::end);
  }

  /**
   * Ends the frames, and closes the consumers. Frames that consumers hold stay valid until they are
   * closed. Does not block; a second call does nothing.
   */
  @Override
  public void close() {
    end();
    consumers.forEach(PipelineConsumer::close);
    buffers.close();
  }

  void remove(PipelineConsumer consumer) {
    consumers.remove(consumer);
    taken();
  }

  /** There may be room for a frame. */
  void taken() {
    synchronized (room) {
      room.notifyAll();
    }
  }
}
