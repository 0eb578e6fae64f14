/**
 * A broker's buffers in a GStreamer pipeline of this process, and the pipeline's in a broker.
 *
 * <p>{@link dev.dmabroker.samples.gstreamer.inprocess.StreamSource} feeds an {@code appsrc} with
 * the frames of a stream, by way of {@link dev.dmabroker.samples.gstreamer.inprocess.GstFrames},
 * which makes each a GstBuffer. {@link dev.dmabroker.samples.gstreamer.inprocess.AppSinkFrames}
 * adopts the buffers that come out of an {@code appsink}.
 *
 * <p>No picture is copied. Needs GStreamer 1.22 or later and a 64-bit system. {@code Gst.init} of
 * gst1-java-core has to have been called before anything here is used.
 */
@NullMarked
package dev.dmabroker.samples.gstreamer.inprocess;

import org.jspecify.annotations.NullMarked;
