package dev.dmabroker.gstreamer;

import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A frame of GStreamer that a {@link UnixFdConsumer} holds. Its memory is the pipeline's own, which
 * the pipeline fills again once all consumers have closed the frame. Any thread may close it.
 */
public final class UnixFdFrame implements AutoCloseable {
  private final SharedFrame shared;
  private final Mapping mapping;
  private final AtomicBoolean open = new AtomicBoolean(true);

  UnixFdFrame(SharedFrame shared, Mapping mapping) {
    this.shared = shared;
    this.mapping = mapping;
  }

  /** {@return the frame's memory, which the consumer may read until this frame is closed} */
  public MappedMemory mapping() {
    return mapping;
  }

  /** {@return GStreamer's caps of what the frame holds, as text} */
  public String caps() {
    return shared.caps();
  }

  /**
   * {@return when the frame is to be shown, in the time of the monotonic clock; empty if it has no
   * time} It is the time of {@link System#nanoTime}.
   */
  public Optional<Duration> presentationTime() {
    long nanos = shared.buffer().pts();
    return nanos == NewBuffer.NONE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
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
