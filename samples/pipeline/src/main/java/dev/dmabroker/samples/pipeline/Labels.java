package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The labels of a stream's frames, by buffer: a buffer has one frame at a time, from its submission
 * until every consumer has released it. Thread-safe.
 */
final class Labels {
  private final Map<Integer, Label> ofBuffer = new ConcurrentHashMap<>();

  /** Labels a frame and hands it to the consumers. */
  void submit(EmptyFrame frame, Label label) {
    ofBuffer.put(frame.index(), label);
    frame.submit();
  }

  /** The label of a frame that a consumer holds. */
  Label of(Frame frame) {
    Label label = ofBuffer.get(frame.index());
    if (label == null) {
      throw new IllegalStateException("frame " + frame.sequence() + " has no label");
    }
    return label;
  }
}
