package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spec.Constraints;

/**
 * Holds one of a device's alternatives, worked out against a broker's heaps.
 *
 * @param constraints what the device asks
 * @param demand what the device requires
 * @param wishes what the device prefers
 */
public record Alternative(
    Constraints constraints, DeviceDemand demand, ImmutableList<WeightedWish> wishes) {}
