package dev.dmabroker.testing;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.event.Overheld;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.event.StreamHeldBack;
import dev.dmabroker.event.StreamResized;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps the events of streams until a test takes them. */
public final class StreamEvents implements BrokerListener {
  public final BlockingQueue<StreamChanged> changed = new LinkedBlockingQueue<>();
  public final BlockingQueue<StreamResized> resized = new LinkedBlockingQueue<>();
  public final BlockingQueue<StreamHeldBack> heldBack = new LinkedBlockingQueue<>();
  public final BlockingQueue<FrameDropped> dropped = new LinkedBlockingQueue<>();
  public final BlockingQueue<Overheld> overheld = new LinkedBlockingQueue<>();

  @Override
  public void streamChanged(StreamChanged event) {
    changed.add(event);
  }

  @Override
  public void streamResized(StreamResized event) {
    resized.add(event);
  }

  @Override
  public void streamHeldBack(StreamHeldBack event) {
    heldBack.add(event);
  }

  @Override
  public void frameDropped(FrameDropped event) {
    dropped.add(event);
  }

  @Override
  public void overheld(Overheld event) {
    overheld.add(event);
  }
}
