/** The program of the sample: frames into GStreamer and back, while they move. */
@NullMarked
package dev.dmabroker.samples.gstreamer;

import org.jspecify.annotations.NullMarked;
