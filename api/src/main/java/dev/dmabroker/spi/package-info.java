/** What an extension implements: heaps, and the heuristics that rank them. */
@NullMarked
package dev.dmabroker.spi;

import org.jspecify.annotations.NullMarked;
