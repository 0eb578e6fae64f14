/**
 * The types that an application uses: the broker, devices and their constraints, buffers, mappings
 * and streams.
 */
@NullMarked
package dev.dmabroker;

import org.jspecify.annotations.NullMarked;
