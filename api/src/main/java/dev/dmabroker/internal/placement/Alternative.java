package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.Constraints;

/**
 * One of a device's alternatives, worked out against a broker's heaps.
 *
 * @param constraints what the device asks
 * @param demand what it requires
 * @param wishes what it prefers
 */
public record Alternative(
    Constraints constraints, DeviceDemand demand, ImmutableList<WeightedWish> wishes) {}
