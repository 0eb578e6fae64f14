package dev.dmabroker.samples.gstreamer;

import dev.dmabroker.BufferStream;
import dev.dmabroker.gstreamer.PipelineConsumer;
import java.io.IOException;

/** A way by which the frames of a stream go through GStreamer and come back. */
interface WayBack extends AutoCloseable {
  /** As the result calls it. */
  String name();

  /**
   * What a pipeline in this process needs behind the camera's {@code appsrc} for it, if anything.
   */
  String branch();

  /** Whether GStreamer holds the last frame for as long as the pipeline is there. */
  boolean keepsTheLast();

  /**
   * Begins.
   *
   * @param stream whose frames go to GStreamer; it runs, and nothing was submitted yet
   * @param pipeline the one in this process, which plays
   * @return gets each frame that comes back
   * @throws IOException if a program or a socket of GStreamer's is not there
   */
  PipelineConsumer open(BufferStream stream, RunningPipeline pipeline)
      throws IOException, InterruptedException;

  /** Why frames stopped coming back; empty if nothing is wrong. */
  String problem();

  /** Ends the way, from which no frame comes any more. */
  @Override
  void close();
}
