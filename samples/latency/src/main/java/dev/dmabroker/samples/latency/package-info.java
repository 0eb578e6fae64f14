/** See {@link dev.dmabroker.samples.latency.Latency}. */
@NullMarked
package dev.dmabroker.samples.latency;

import org.jspecify.annotations.NullMarked;
