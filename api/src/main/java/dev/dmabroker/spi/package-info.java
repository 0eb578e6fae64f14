/**
 * The types that an extension implements: heaps, heuristics that rank them, movers, fence pollers
 * and device probes.
 *
 * <p>What an extension throws against the word of its method, a checked exception of another
 * language or an {@link Error} included, counts as its refusal: the call of the application that
 * needed it ends with the exception that it documents, which has the extension's as a cause, and
 * the buffer stays usable. Where the extension is not needed, as a heuristic, a listener or the
 * executor of callbacks, the broker logs what it threw and goes on without it.
 */
@NullMarked
package dev.dmabroker.spi;

import org.jspecify.annotations.NullMarked;
