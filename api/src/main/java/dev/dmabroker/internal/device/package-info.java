/**
 * Keeps the devices that are registered with a broker, and what their probes found. Start with
 * {@code RegisteredDevice}.
 */
@NullMarked
package dev.dmabroker.internal.device;

import org.jspecify.annotations.NullMarked;
