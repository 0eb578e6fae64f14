package dev.dmabroker.gstreamer;

import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A frame of GStreamer that a {@link PipelineConsumer} holds. Its memory is the pipeline's own,
 * which the pipeline fills again once all consumers have closed the frame. Any thread may close it.
 */
public final class PipelineFrame implements AutoCloseable {
  private final SharedFrame shared;
  private final Mapping mapping;
  private final AtomicBoolean open = new AtomicBoolean(true);

  PipelineFrame(SharedFrame shared, Mapping mapping) {
    this.shared = shared;
    this.mapping = mapping;
  }

  /** {@return the frame's memory, which the consumer may read until this frame is closed} */
  public MappedMemory mapping() {
    return mapping;
  }

  /** {@return GStreamer's caps of what the frame holds, as text} */
  public String caps() {
    return shared.buffer().caps();
  }

  /**
   * {@return when the frame is to be shown; empty if it has no time} Of a {@code unixfdsink} it is
   * the time of the monotonic clock, which is that of {@link System#nanoTime}; of other buffers
   * what {@link PipelineBuffer#presentationTime} was.
   */
  public Optional<Duration> presentationTime() {
    return shared.buffer().presentationTime();
  }

  /**
   * Closes the mapping, and lets the pipeline have the memory again once all consumers have closed
   * the frame. Does not block; a second call does nothing.
   */
  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      try {
        mapping.close();
      } finally {
        shared.done();
      }
    }
  }
}
