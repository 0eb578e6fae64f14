package dev.dmabroker.internal.stream;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.internal.watch.StreamLog;
import java.util.function.Consumer;

/** Tells the broker's listeners what happens in one stream, after the stream's lock is released. */
final class StreamEvents {
  private final Listeners listeners;
  private final String stream;
  private final StreamLog log;

  StreamEvents(Listeners listeners, StreamLog log, String stream) {
    this.listeners = listeners;
    this.log = log;
    this.stream = stream;
  }

  /** A frame did not reach a device: a consumer, or the producer if no consumer gets the frame. */
  void dropped(RegisteredDevice device, long frame, FrameDropped.Reason reason, AfterLock after) {
    if (!listeners.isEmpty()) {
      var event = new EventRecords.FrameDropped(stream, device.name(), frame, reason);
      tell(after, listener -> listener.frameDropped(event));
    }
  }

  void overheld(Overheld event, AfterLock after) {
    tell(after, listener -> listener.overheld(event));
  }

  /** The stream starts, or goes on, without a consumer, for a reason that the log gets. */
  void leftOut(RegisteredDevice device, String why, AfterLock after) {
    changed(StreamChanged.Change.CONSUMER_LEFT_OUT, device, after);
    after.then(() -> log.leftOut(stream, device.name(), why));
  }

  /** The stream was made or closed, or a consumer came or left. */
  void changed(StreamChanged.Change change, RegisteredDevice device, AfterLock after) {
    if (!listeners.isEmpty()) {
      var event = new EventRecords.StreamChanged(stream, change, device.name());
      tell(after, listener -> listener.streamChanged(event));
    }
  }

  /**
   * The stream has more buffers now, or fewer.
   *
   * @param before how many buffers there were
   */
  void resized(int before, StreamPool pool, String reason, AfterLock after) {
    var event =
        new EventRecords.StreamResized(stream, before, pool.depth(), pool.sizeBytes(), reason);
    tell(after, listener -> listener.streamResized(event));
  }

  /** The stream needs one more buffer and cannot have it. */
  void heldBack(StreamPool pool, String reason, AfterLock after) {
    var event = new EventRecords.StreamHeldBack(stream, pool.depth(), reason);
    tell(after, listener -> listener.streamHeldBack(event));
  }

  private void tell(AfterLock after, Consumer<BrokerListener> event) {
    if (!listeners.isEmpty()) {
      after.then(() -> listeners.tell(event));
    }
  }
}
