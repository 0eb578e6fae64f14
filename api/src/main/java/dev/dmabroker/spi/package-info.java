/**
 * The types that an extension implements: heaps, heuristics that rank them, movers, fence pollers
 * and device probes.
 */
@NullMarked
package dev.dmabroker.spi;

import org.jspecify.annotations.NullMarked;
