/**
 * Camera, converter, encoder, file and display, with the encoder switched off and on while it runs.
 * Devices are a {@link dev.dmabroker.samples.pipeline.Filler}, a {@link
 * dev.dmabroker.samples.pipeline.Reader} or both; what is above them does not know whether they are
 * real.
 */
@NullMarked
package dev.dmabroker.samples.pipeline;

import org.jspecify.annotations.NullMarked;
