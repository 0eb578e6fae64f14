package dev.dmabroker.event;

import java.time.Duration;

/**
 * A buffer got memory.
 *
 * @param buffer the buffer's name
 * @param heap where
 * @param sizeBytes how much
 * @param took how long the heap needed, with those that were asked in vain
 */
public record Allocation(String buffer, String heap, long sizeBytes, Duration took) {}
