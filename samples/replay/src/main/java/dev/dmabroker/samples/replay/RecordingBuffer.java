package dev.dmabroker.samples.replay;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BufferSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A buffer of a {@link RecordingBroker}. */
final class RecordingBuffer implements SharedBuffer {
  private final SharedBuffer buffer;
  private final TraceRecorder recorder;
  private final String id;
  private final AtomicBoolean closed = new AtomicBoolean();

  RecordingBuffer(SharedBuffer buffer, TraceRecorder recorder, String id) {
    this.buffer = buffer;
    this.recorder = recorder;
    this.id = id;
  }

  SharedBuffer recorded() {
    return buffer;
  }

  @Override
  public String name() {
    return buffer.name();
  }

  @Override
  public BufferSpec spec() {
    return buffer.spec();
  }

  @Override
  public State state() {
    return buffer.state();
  }

  @Override
  public Optional<String> heapName() {
    return buffer.heapName();
  }

  @Override
  public Attachment attach(Device device) {
    Attachment attachment = buffer.attach(device);
    recorder.attach(id, device.name());
    return new RecordingAttachment(attachment, this, recorder, id);
  }

  @Override
  public void prepare(Duration timeout) {
    buffer.prepare(timeout);
  }

  @Override
  public void prepare() {
    buffer.prepare();
  }

  @Override
  public void evacuate(Duration timeout) {
    buffer.evacuate(timeout);
  }

  @Override
  public void evacuate() {
    buffer.evacuate();
  }

  @Override
  public boolean tryEvacuate() {
    return buffer.tryEvacuate();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      recorder.close(id);
    }
    buffer.close();
  }

  @Override
  public String toString() {
    return buffer.toString();
  }
}
