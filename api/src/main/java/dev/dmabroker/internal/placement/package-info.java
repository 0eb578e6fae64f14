/**
 * Finds which heap suits all devices, in which form, and why the others do not. It ranks heaps and
 * takes memory from none: {@code allocation.Allocator} takes it from the first that has some. Start
 * with {@code Solver}, then read {@code Planner}; {@code ConflictSearch} says what could not be had
 * together.
 */
@NullMarked
package dev.dmabroker.internal.placement;

import org.jspecify.annotations.NullMarked;
