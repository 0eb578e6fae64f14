/** A live page of a running broker, and its metrics for Prometheus. */
@NullMarked
package dev.dmabroker.samples.dashboard;

import org.jspecify.annotations.NullMarked;
