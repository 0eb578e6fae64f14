package dev.dmabroker.samples.gstreamer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.freedesktop.gstreamer.Buffer;
import org.freedesktop.gstreamer.Sample;
import org.freedesktop.gstreamer.elements.AppSink;

/** Looks at what comes into a camera that sees what a display shows, on a thread of its own. */
final class Loopback implements AutoCloseable {
  private final Picture picture;
  private final RunningPipeline pipeline;
  private final CompletableFuture<Void> ended;
  private volatile boolean closing;

  /** Of the thread, until it has ended. */
  private final Sightings seen = new Sightings();

  /** Starts to look at a capture node, whose size and input are set. */
  Loopback(Path camera, Picture picture) {
    this.picture = picture;
    pipeline =
        new RunningPipeline(
            "v4l2src device=%s ! video/x-raw,format=NV12,width=%d,height=%d"
                    .formatted(camera, picture.width(), picture.height())
                + " ! appsink name=seen sync=false max-buffers=2 drop=true");
    ended = CompletableFuture.runAsync(this::look);
  }

  private void look() {
    AppSink sink = pipeline.sink("seen");
    for (Sample sample; !closing && (sample = sink.pullSample()) != null; ) {
      Buffer buffer = sample.getBuffer();
      ByteBuffer bytes = buffer.map(false);
      look(bytes);
      buffer.unmap();
      buffer.dispose();
      sample.dispose();
    }
    sink.dispose(); // It keeps the last buffer for as long as it lives, and so the driver's memory.
  }

  private void look(ByteBuffer bytes) {
    int number = picture.number(bytes, 0, picture.width());
    if (picture.decibels(bytes, 0, picture.width(), number) == Double.POSITIVE_INFINITY) {
      seen.right(number);
    } else {
      seen.wrong();
    }
  }

  /** Looks no more, and tells what was seen. */
  Display.Shown end() {
    closing = true;
    ended.join();
    return seen.shown();
  }

  @Override
  public void close() {
    closing = true;
    ended.join();
    pipeline.close();
  }
}
