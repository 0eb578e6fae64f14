package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A display that this program plays, on a thread that looks at each frame that it gets. */
final class ModelledDisplay implements Display {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int STRIDE = 64;

  private final Broker broker;
  private final Picture picture;
  private final Sightings seen = new Sightings();
  private @Nullable StreamConsumer consumer;
  private CompletableFuture<Void> ended = CompletableFuture.completedFuture(null);

  ModelledDisplay(Broker broker, Picture picture) {
    this.broker = broker;
    this.picture = picture;
  }

  @Override
  public String needs() {
    return "contiguous memory and strides of " + STRIDE + " bytes";
  }

  @Override
  public boolean keepsTheLast() {
    return false;
  }

  @Override
  public void attach(BufferStream stream) {
    Device display =
        broker.register(
            "display",
            Constraints.builder()
                .cpuReach()
                .contiguous()
                .addressBits(32)
                .strideAlignment(STRIDE)
                .build());
    StreamConsumer frames = stream.consumer(display, StreamConsumer.Policy.LATEST);
    consumer = frames;
    ended = CompletableFuture.runAsync(() -> show(frames));
  }

  private void show(StreamConsumer frames) {
    try {
      while (true) {
        try (Frame frame = frames.take(PATIENCE);
            CpuView view = frame.mapping().cpuView()) {
          Layout.Plane luma = frame.mapping().layout().planes().get(0);
          int number = (int) frame.sequence();
          double decibels =
              picture.decibels(view.bytes(), luma.offsetBytes(), luma.strideBytes(), number);
          if (decibels == Double.POSITIVE_INFINITY) {
            seen.right(number);
          } else {
            seen.wrong();
          }
        }
      }
    } catch (StreamStoppedException e) {
      // The camera has ended.
    }
  }

  @Override
  public Shown end() {
    ended.join();
    return seen.shown();
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close();
    }
  }
}
