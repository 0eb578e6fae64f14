package dev.dmabroker.samples.gstreamer.inprocess;

import com.sun.jna.Pointer;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.gstreamer.PipelineBuffer;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.gstreamer.PipelineFrames;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.freedesktop.gstreamer.State;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.glib.Natives;

/**
 * Takes the buffers that come out of an {@code appsink} into a broker, without a copy, on a thread
 * of its own: dma-bufs, and memory by descriptor of a memfd that is sealed against being cut short.
 * Each memory of the pipeline's pool is adopted once, stays where it is, and is known by its file
 * when it comes again. Any number of consumers read the frames. A buffer goes back to GStreamer
 * when the last of them has closed its frame.
 *
 * <pre>{@code
 * Pipeline pipeline = (Pipeline) Gst.parseLaunch(
 *     "v4l2src io-mode=dmabuf ! appsink name=frames sync=false");
 * pipeline.play();
 * try (AppSinkFrames frames =
 *         AppSinkFrames.start(broker, (AppSink) pipeline.getElementByName("frames"));
 *     PipelineConsumer consumer = frames.consumer(cpu, StreamConsumer.Policy.LATEST)) {
 *   Optional<PipelineFrame> next = consumer.take(Duration.ofSeconds(1));
 *   while (next.isPresent()) {
 *     try (PipelineFrame frame = next.get(); CpuView view = frame.mapping().cpuView()) {
 *       ...
 *     }
 *     next = consumer.take(Duration.ofSeconds(1));
 *   }
 * }
 * }</pre>
 *
 * <p>The buffers of a broker's own stream that have passed through a pipeline belong to that broker
 * already, so another broker adopts them, or the frames are had from the stream.
 *
 * <p><b>Lifetime.</b> One of these is one run of the pipeline: after the pipeline has been stopped,
 * the next run needs another. Frames that consumers hold stay valid whatever is closed or stopped
 * before them. GStreamer 1.22's {@code appsink} itself keeps the buffer that was pulled last, until
 * the next is pulled or the element is gone ({@link AppSink#dispose}).
 *
 * <p>Thread-safe.
 */
public final class AppSinkFrames implements AutoCloseable {
  /** How long a pull or a wait takes at most before the thread looks whether this is closed. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  /** How many buffers wait in an appsink that has no bound of its own. */
  private static final int MOST_QUEUED = 4;

  private final String name;
  private final Pointer sink;
  private final PipelineFrames frames;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread thread;

  private AppSinkFrames(Broker broker, AppSink sink) {
    this.name = sink.getName();
    this.sink = Natives.getRawPointer(sink);
    this.frames = PipelineFrames.of(broker);
    this.thread = new Thread(this::run, "frames from " + name);
    thread.setDaemon(true);
  }

  /**
   * Begins to pull. While there is no consumer, buffers go back to GStreamer at once. An {@code
   * appsink} without {@code max-buffers} is given 4, so that the pipeline waits for a slow consumer
   * of every frame.
   *
   * @param broker adopts the memory; it stays the application's, and is closed after this
   * @param sink of a pipeline that plays or is paused; nothing else pulls from it meanwhile
   * @return what pulls, until it is closed
   * @throws IllegalStateException if the {@code appsink} does not run
   */
  public static AppSinkFrames start(Broker broker, AppSink sink) {
    Objects.requireNonNull(broker, "broker");
    if (sink.getState(0) == State.NULL) {
      throw new IllegalStateException(sink.getName() + " does not run; play its pipeline before");
    }
    if (((Number) sink.get("max-buffers")).longValue() == 0) {
      sink.set("max-buffers", MOST_QUEUED);
    }
    AppSinkFrames made = new AppSinkFrames(broker, sink);
    GObjects.ref(made.sink); // The thread's, whatever the caller does with the element.
    made.thread.start();
    return made;
  }

  /**
   * Attaches a consumer, which gets the frames that come from now on.
   *
   * @param device of the broker; for memfds it has to be {@code cpuOnly}
   * @param policy what happens to frames while the consumer is slow; with {@link
   *     StreamConsumer.Policy#EVERY_FRAME} the pipeline waits
   * @return the consumer
   */
  public PipelineConsumer consumer(Device device, StreamConsumer.Policy policy) {
    return frames.consumer(device, policy);
  }

  /**
   * {@return completes when no frame will come} Normally after the pipeline's end, after it was
   * stopped, and after this was closed. Exceptionally if a buffer cannot be adopted: with a {@link
   * NoDescriptorException} for ordinary memory, or with a {@link
   * dev.dmabroker.gstreamer.BufferRefusedException} that says what is in the way. Nothing is pulled
   * then, and the application stops the pipeline.
   */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  private void run() {
    Throwable failure = null;
    try (CapsText caps = new CapsText()) {
      pull(caps);
    } catch (Throwable t) {
      failure = t;
    } finally {
      frames.end();
      GObjects.unref(sink);
    }
    boolean unused = failure == null ? ended.complete(null) : ended.completeExceptionally(failure);
  }

  private void pull(CapsText caps) throws InterruptedException {
    GstNative.App app = GstNative.app();
    boolean last = false;
    while (!last && !frames.isEnded()) {
      if (frames.awaitRoom(PATIENCE)) {
        Pointer sample = app.gst_app_sink_try_pull_sample(sink, PATIENCE.toNanos());
        if (sample != null) {
          adopt(sample, caps);
        } else {
          last = app.gst_app_sink_is_eos(sink) != 0;
        }
      }
    }
  }

  /** Of the sample its buffer is kept alone, as the appsink uses the sample again. */
  private void adopt(Pointer sample, CapsText caps) {
    String text;
    SinkBuffer buffer;
    try {
      text = caps.of(sample);
      buffer = SinkBuffer.of(sample);
    } finally {
      GstNative.core().gst_mini_object_unref(sample);
    }
    if (buffer != null) {
      frames.offer(describe(buffer, text), buffer::unref);
    }
  }

  private PipelineBuffer describe(SinkBuffer buffer, String caps) {
    try {
      return buffer.describe(name, caps);
    } catch (RuntimeException | Error e) {
      buffer.unref();
      throw e;
    }
  }

  /**
   * Pulls no more, and closes the consumers. Frames that they hold stay valid until they are
   * closed. Blocks until the thread has ended, a tenth of a second at most; a second call does
   * nothing.
   */
  @Override
  public void close() {
    frames.end();
    Threads.awaitEnd(thread);
    frames.close();
  }
}
