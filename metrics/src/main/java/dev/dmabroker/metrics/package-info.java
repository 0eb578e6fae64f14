/** Binds a broker to Micrometer; {@code docs/metrics.md} lists the meters. */
@NullMarked
package dev.dmabroker.metrics;

import org.jspecify.annotations.NullMarked;
