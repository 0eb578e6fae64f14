package dev.dmabroker.internal.placement;

/**
 * Holds a wish, and what it costs if it is not met.
 *
 * @param wish the wish; equal wishes of a broker are one object
 * @param weight the cost, at least 1
 */
record WeightedWish(Wish wish, long weight) {}
