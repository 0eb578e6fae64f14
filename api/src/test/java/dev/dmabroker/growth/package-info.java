/**
 * How the work of each operation grows with the number of things that a broker has: {@link
 * dev.dmabroker.growth.GrowthTest} counts steps of the engine rather than time.
 */
@NullMarked
package dev.dmabroker.growth;

import org.jspecify.annotations.NullMarked;
