/**
 * The fuzzer: walks at random over the whole public API, with good and bad arguments, over
 * extensions that fail, and checks at each step what the API promises. It knows the public API and
 * nothing of the engine. {@link dev.dmabroker.fuzz.FuzzTest} is the place to start.
 */
@NullMarked
package dev.dmabroker.fuzz;

import org.jspecify.annotations.NullMarked;
