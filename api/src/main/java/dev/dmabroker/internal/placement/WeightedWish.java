package dev.dmabroker.internal.placement;

/**
 * A wish and what it costs if it is not met.
 *
 * @param wish equal wishes of a broker are one object
 * @param weight at least 1
 */
record WeightedWish(Wish wish, long weight) {}
