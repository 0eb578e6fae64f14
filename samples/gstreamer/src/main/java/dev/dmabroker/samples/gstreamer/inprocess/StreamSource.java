package dev.dmabroker.samples.gstreamer.inprocess;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.WaitTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.freedesktop.gstreamer.FlowReturn;
import org.freedesktop.gstreamer.elements.AppSrc;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of a stream's consumer and pushes them into an {@code appsrc}, on a thread of
 * its own. GStreamer holds no more frames at a time than it may: while it holds so many, no frame
 * is taken, and the consumer's policy decides what becomes of the others.
 *
 * <pre>{@code
 * Pipeline pipeline = (Pipeline) Gst.parseLaunch(
 *     "appsrc name=camera format=time ! x264enc ! matroskamux ! filesink location=out.mkv");
 * pipeline.play();
 * try (StreamSource source = StreamSource.start(
 *     stream.consumer(encoder, StreamConsumer.Policy.EVERY_FRAME),
 *     (AppSrc) pipeline.getElementByName("camera"), FrameRate.of(30), 4)) {
 *   ...
 * } // the pipeline gets the end of the stream; when its bus says so, the file is whole
 * }</pre>
 *
 * <p>The time stamp of a frame is its number in the stream, counted from the first that is pushed,
 * times the rate: a frame that was dropped leaves a gap. One source is one run of the pipeline:
 * after the pipeline has been stopped, the next run needs another. Thread-safe.
 */
public final class StreamSource implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final StreamConsumer consumer;
  private final AppSrc source;
  private final FrameRate rate;
  private final GstFrames frames;
  private final Semaphore mayHold;
  private final CompletableFuture<FlowReturn> ended = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean closed;
  private final AtomicLong pushed = new AtomicLong();

  private StreamSource(StreamConsumer consumer, AppSrc source, FrameRate rate, int mostHeld) {
    this.consumer = consumer;
    this.source = source;
    this.rate = rate;
    this.frames = new GstFrames(source, rate);
    this.mayHold = new Semaphore(mostHeld);
    this.thread = new Thread(this::run, "frames to " + source.getName());
    thread.setDaemon(true);
  }

  /**
   * Begins to push. A pipeline that has been stopped has to play again before, or be paused; frames
   * for one that has never run wait in the {@code appsrc}.
   *
   * @param consumer stays the caller's, which takes no frames from it meanwhile
   * @param source where the frames are pushed
   * @param rate frames a second
   * @param mostHeld how many frames GStreamer may hold at a time, those that {@code appsrc} has
   *     queued among them; at least 1. The device should declare as many ({@link
   *     dev.dmabroker.spec.ConstraintsBuilder#camping}).
   * @return what pushes, until it is closed
   * @throws IllegalArgumentException if the number is less than 1, or the {@code appsrc} has not
   *     {@code format=time}
   */
  public static StreamSource start(
      StreamConsumer consumer, AppSrc source, FrameRate rate, int mostHeld) {
    if (mostHeld < 1) {
      throw new IllegalArgumentException(
          "GStreamer has to hold one frame at least, not " + mostHeld);
    }
    StreamSource made = new StreamSource(consumer, source, rate, mostHeld);
    made.thread.start();
    return made;
  }

  private void run() {
    try {
      FlowReturn last = pump();
      if (last == FlowReturn.OK) {
        source.endOfStream();
      }
      ended.complete(last);
    } catch (Throwable t) {
      ended.completeExceptionally(t);
    } finally {
      frames.close();
    }
  }

  /** Pushes until the stream or this ends, or the pipeline takes no more. */
  private FlowReturn pump() {
    long first = -1;
    FlowReturn answer = FlowReturn.OK;
    try {
      while (!closed && answer == FlowReturn.OK) {
        mayHold.acquire();
        Frame frame = take();
        if (frame == null) {
          mayHold.release();
          continue;
        }
        first = first < 0 ? frame.sequence() : first;
        answer = frames.push(frame, rate.nanos(frame.sequence() - first), mayHold::release);
        if (answer == FlowReturn.OK) {
          pushed.incrementAndGet();
        }
      }
    } catch (StreamStoppedException
        | ClosedException
        | WaitInterruptedException
        | InterruptedException e) {
      // There are no more frames.
    }
    return answer;
  }

  private @Nullable Frame take() {
    try {
      return consumer.take(PATIENCE);
    } catch (WaitTimeoutException e) {
      return null;
    }
  }

  /**
   * {@return completes when no more frames are pushed} With OK after the stream was stopped or
   * closed, the consumer was closed, or this was; the pipeline was told the end of the stream then.
   * Otherwise with what the pipeline answered, such as FLUSHING when it does not run; or
   * exceptionally, such as with a {@link CapsMismatchException}.
   */
  public CompletableFuture<FlowReturn> ended() {
    return ended.copy();
  }

  /** {@return how many frames the pipeline has taken} */
  public long pushed() {
    return pushed.get();
  }

  /** {@return the caps of the last frame; empty before the first} */
  public String caps() {
    return frames.caps();
  }

  /**
   * Pushes no more, and tells the pipeline the end of the stream. Frames that GStreamer holds come
   * back later. Blocks until the frame that is being pushed has been; a second call does nothing.
   */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    Threads.awaitEnd(thread);
  }
}
