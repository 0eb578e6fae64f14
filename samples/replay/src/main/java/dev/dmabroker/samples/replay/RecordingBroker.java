package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.util.Collection;
import java.util.List;

/**
 * Does what another broker does, and notes what it was asked. Devices are that broker's own. What
 * is asked of memory directly (prepare, evacuate, tryEvacuate) is done, but not noted.
 */
final class RecordingBroker implements Broker {
  private final Broker broker;
  private final TraceRecorder recorder;

  RecordingBroker(Broker broker, TraceRecorder recorder) {
    this.broker = broker;
    this.recorder = recorder;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a trace cannot say what the device declares
   */
  @Override
  public Device register(DeviceSpec spec) {
    TraceRecorder.check(spec);
    Device device = broker.register(spec);
    recorder.register(spec);
    return device;
  }

  @Override
  public SharedBuffer export(BufferSpec spec) {
    return recording(broker.export(spec));
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec) {
    TraceRecorder.checkName(name);
    return recording(broker.export(name, spec));
  }

  /** {@inheritDoc} A trace does not say on whose account. */
  @Override
  public SharedBuffer export(String name, BufferSpec spec, Device owner) {
    TraceRecorder.checkName(name);
    return recording(broker.export(name, spec, owner));
  }

  /** {@inheritDoc} A trace does not say that the buffers belong together. */
  @Override
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    TraceRecorder.checkName(name);
    return broker.exportSet(name, spec, count).stream().map(this::recording).toList();
  }

  /** {@inheritDoc} A trace does not say where the memory came from. */
  @Override
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    TraceRecorder.checkName(name);
    return recording(broker.adopt(name, spec, layout, memory));
  }

  /** {@inheritDoc} Neither the shadow nor what it copies is noted. */
  @Override
  public Shadow shadow(SharedBuffer original) {
    return broker.shadow(
        original instanceof RecordingBuffer recording ? recording.recorded() : original);
  }

  private SharedBuffer recording(SharedBuffer buffer) {
    return new RecordingBuffer(buffer, recorder, recorder.export(buffer.name(), buffer.spec()));
  }

  /** {@inheritDoc} A trace does not tell of streams. */
  @Override
  public BufferStream stream(StreamSpec spec) {
    return broker.stream(spec);
  }

  @Override
  public Plan plan(BufferSpec spec, Collection<Device> devices) {
    return broker.plan(spec, devices);
  }

  /** {@inheritDoc} A trace does not tell of heaps. */
  @Override
  public HeapsChanged rescan() {
    return broker.rescan();
  }

  @Override
  public BrokerSnapshot snapshot() {
    return broker.snapshot();
  }

  @Override
  public Subscription listen(BrokerListener listener, Delivery delivery) {
    return broker.listen(listener, delivery);
  }

  @Override
  public void close() {
    broker.close();
  }
}
