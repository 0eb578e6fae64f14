package dev.dmabroker.samples.gstreamer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.gstreamer.Bus;
import org.freedesktop.gstreamer.Gst;
import org.freedesktop.gstreamer.Pipeline;
import org.freedesktop.gstreamer.elements.AppSink;
import org.freedesktop.gstreamer.elements.AppSrc;

/** A pipeline of GStreamer's that plays until this is closed. Used by one thread. */
final class RunningPipeline implements AutoCloseable {
  private static final String END = "";

  private final Pipeline pipeline;
  private final List<AppSink> sinks = new ArrayList<>();
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  // Kept here, as the bus keeps no callback.
  private final Bus.EOS eos = source -> said.add(END);
  private final Bus.ERROR error =
      (source, code, message) -> said.add(source.getName() + ": " + message);

  /**
   * Starts a pipeline.
   *
   * @param description as gst-launch-1.0 takes it
   */
  RunningPipeline(String description) {
    pipeline = (Pipeline) Gst.parseLaunch(description);
    pipeline.getBus().connect(eos);
    pipeline.getBus().connect(error);
    pipeline.play();
  }

  AppSrc source(String name) {
    return (AppSrc) pipeline.getElementByName(name);
  }

  AppSink sink(String name) {
    AppSink its = (AppSink) pipeline.getElementByName(name);
    sinks.add(its);
    return its;
  }

  /**
   * Waits until all has come through.
   *
   * @throws IllegalStateException if an element failed, or it takes longer
   */
  void awaitEnd(Duration timeout) throws InterruptedException {
    String first = said.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (!END.equals(first)) {
      throw new IllegalStateException(
          first == null ? "the pipeline did not end within " + timeout : first);
    }
  }

  @Override
  public void close() {
    pipeline.stop();
    pipeline.getState();
    sinks.forEach(AppSink::dispose); // Else they keep the buffers that were pulled last.
    pipeline.getBus().dispose();
    pipeline.dispose();
  }
}
