/**
 * The soak in a simulated world: a class loader that makes points at which threads may make way,
 * seeds that are tried, and mistakes that are made on purpose.
 */
@NullMarked
package dev.dmabroker.simulated;

import org.jspecify.annotations.NullMarked;
