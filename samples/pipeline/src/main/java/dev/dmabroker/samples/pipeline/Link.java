package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.BufferSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A running stream between two stages, whose frames have labels. These are kept by buffer: a buffer
 * has one frame at a time, from its submission until every consumer has released it. Thread-safe.
 */
final class Link implements AutoCloseable {
  private static final int FEWEST = 4;
  private static final int MOST = 12;

  private final BufferStream stream;
  private final Map<Integer, Label> labels = new ConcurrentHashMap<>();

  Link(Broker broker, String name, BufferSpec buffer, Device producer) {
    stream =
        broker.stream(
            StreamSpec.builder(name, buffer, producer).minBuffers(FEWEST).maxBuffers(MOST).build());
  }

  /** The stream; frames are submitted by way of the link. */
  BufferStream stream() {
    return stream;
  }

  /** Labels a frame and hands it to the consumers. */
  void submit(EmptyFrame frame, Label label) {
    labels.put(frame.index(), label);
    frame.submit();
  }

  /** The label of a frame that a consumer holds. */
  Label label(Frame frame) {
    Label label = labels.get(frame.index());
    if (label == null) {
      throw new IllegalStateException("frame " + frame.sequence() + " has no label");
    }
    return label;
  }

  /** Stops the stream and gives its memory back. */
  @Override
  public void close() {
    stream.close();
  }
}
