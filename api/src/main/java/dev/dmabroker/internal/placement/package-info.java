/**
 * Finds which heap suits all devices, in which form, and why the others do not. No class here
 * allocates anything. Start with {@code Solver}, then read {@code Planner}; {@code ConflictSearch}
 * says what could not be had together.
 */
@NullMarked
package dev.dmabroker.internal.placement;

import org.jspecify.annotations.NullMarked;
