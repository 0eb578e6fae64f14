package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.gstreamer.PipelineConsumer;
import dev.dmabroker.samples.gstreamer.inprocess.AppSinkFrames;
import dev.dmabroker.spec.Constraints;
import org.jspecify.annotations.Nullable;

/** The pipeline that records has a branch that ends in an appsink. */
final class ByAppSink implements WayBack {
  private final Broker broker;
  private @Nullable AppSinkFrames frames;

  /** Adopts frames for a broker, which is not the stream's. */
  ByAppSink(Broker broker) {
    this.broker = broker;
  }

  @Override
  public String name() {
    return "appsink";
  }

  @Override
  public String branch() {
    return " ! tee name=both both. ! queue ! appsink name=back sync=false async=false both. !"
        + " queue";
  }

  @Override
  public boolean keepsTheLast() {
    return true;
  }

  @Override
  public PipelineConsumer open(BufferStream stream, RunningPipeline pipeline) {
    AppSinkFrames its = AppSinkFrames.start(broker, pipeline.sink("back"));
    frames = its;
    return its.consumer(
        broker.register("back", Constraints.builder().cpuOnly().build()), Policy.EVERY_FRAME);
  }

  @Override
  public String problem() {
    AppSinkFrames its = frames;
    return its == null || !its.ended().isCompletedExceptionally()
        ? ""
        : its.ended().handle((ok, failure) -> String.valueOf(failure.getMessage())).join();
  }

  @Override
  public void close() {
    AppSinkFrames its = frames;
    if (its != null) {
      its.close();
    }
  }
}
