/**
 * Metrics, traces and health of a broker. {@code docs/metrics.md} lists the meters of Micrometer.
 */
@NullMarked
package dev.dmabroker.metrics;

import org.jspecify.annotations.NullMarked;
